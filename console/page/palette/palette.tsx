import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useModal } from '../parts/modal.js';
import { commands, matching, type Command } from './commands.js';
import { paletteOpen, takeTyped } from './open.js';

function close(): void {
  paletteOpen.value = false;
}

/** A dialog that finds a command by its words. */
export function Palette() {
  const modal = useModal(close);
  const list = useRef<HTMLUListElement>(null);
  const [all] = useState(commands);
  const [[typed = '', ...entered]] = useState(() => takeTyped().split('\n'));
  const [text, setText] = useState(typed);
  const [active, setActive] = useState(0);
  const found = useMemo(() => matching(all, text), [text]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, found]);
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    // Closed first: a command may put the focus somewhere.
    modal.ref.current?.close();
    close();
    command.run();
  };
  // Before the next key: from here on, the field gets them.
  useLayoutEffect(() => {
    if (entered.length > 0) run(found[0]);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step !== undefined) setActive((active + step + found.length) % Math.max(1, found.length));
    else if (event.key === 'Home' && event.ctrlKey) setActive(0);
    else if (event.key === 'End' && event.ctrlKey) setActive(found.length - 1);
    else if (event.key === 'Enter') run(found[active]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      {...modal}
      class="palette"
      aria-label="Commands"
      onClick={({ target }) => target === modal.ref.current && close()}
    >
      <input
        type="text"
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls="commands"
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `command-${active}` : undefined}
        placeholder="a command, a screen, a window, a recent query"
        autocomplete="off"
        spellcheck={false}
        autofocus
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id="commands" role="listbox" aria-label="Commands">
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`command-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={() => run(command)}
          >
            <span class="command-group">{command.group}</span>
            <span class="command-text">{command.text}</span>
            {command.key !== '' && <kbd>{command.key}</kbd>}
          </li>
        ))}
      </ul>
      <p class="faint command-count" role="status">
        {found.length === 0 ? 'No command has these words.' : ''}
      </p>
    </dialog>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
