import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Completion, Failure } from '../../src/api/schemas.js';
import { grouped } from '../../src/text/units.js';
import { get } from '../api/client.js';
import { trouble } from '../api/live.js';
import { go, route } from '../state/route.js';
import { signal } from '../state/signal.js';
import { line } from '../text/shown.js';
import { noteQuery, QueryWalk } from './history.js';
import { WindowChoice } from './window-choice.js';

const PATIENCE_MILLIS = 80;
const MOST_OPTIONS = 12;

/** Whether the box is to be focused. */
const called = signal(false);

export function focusQuery(): void {
  called.value = true;
}

export function QueryBar() {
  return (
    <search class="query-bar">
      <QueryBox />
      <WindowChoice />
    </search>
  );
}

function QueryBox() {
  const { query } = route.value;
  const [text, setText] = useState(query);
  const input = useRef<HTMLInputElement>(null);
  const { completion, active, ask, close, move } = useCompletion();
  const isOpen = completion !== undefined && completion.items.length > 0;
  const [walk] = useState(() => new QueryWalk());
  // Before the next key: it belongs to the text.
  useLayoutEffect(() => setText(query), [query]);
  const isCalled = called.value;
  useLayoutEffect(() => {
    if (!isCalled) return;
    input.current?.select();
    called.value = false;
  }, [isCalled]);

  const accept = (index: number): void => {
    const item = completion?.items[index];
    if (completion === undefined || item === undefined || completion.query !== text) return;
    const next = text.slice(0, completion.from) + item.text;
    const completed = next + text.slice(completion.to);
    setText(completed);
    ask(completed, next.length);
    requestAnimationFrame(() => input.current?.setSelectionRange(next.length, next.length));
  };
  const apply = (): void => {
    close();
    input.current?.blur();
    noteQuery(text.trim());
    go({ query: text.trim() });
  };
  /** Moves through the completions if there are any, else through earlier queries. */
  const arrow = (by: 1 | -1): boolean => {
    if (isOpen) {
      move(by);
      return true;
    }
    const earlier = walk.step(text, by === -1 ? 1 : -1);
    if (earlier === undefined) return false;
    close();
    setText(earlier);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      if (isOpen && active >= 0) accept(active);
      else apply();
    } else if (event.key === 'Tab' && isOpen && !event.shiftKey) accept(Math.max(0, active));
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!arrow(event.key === 'ArrowDown' ? 1 : -1)) return;
    } else if (event.key === 'Escape') {
      if (isOpen) close();
      else {
        setText(query);
        input.current?.blur();
      }
    } else return;
    event.preventDefault();
  };
  const failure = text.trim() === query ? trouble.value : undefined;
  return (
    <div class="query">
      <span class="query-sign" aria-hidden="true">
        /
      </span>
      <Mirror text={text} failure={failure} />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Query"
        aria-expanded={isOpen}
        aria-controls="completions"
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `completion-${active}` : undefined}
        aria-invalid={failure?.at !== undefined}
        aria-describedby="query-error"
        placeholder="words, or http.route = /orders and duration > 100ms"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          ask(currentTarget.value, currentTarget.selectionStart ?? currentTarget.value.length);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <ul id="completions" role="listbox" aria-label="Completions" hidden={!isOpen}>
        {completion?.items.slice(0, MOST_OPTIONS).map((item, index) => (
          <li
            key={item.text}
            id={`completion-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => {
              event.preventDefault();
              accept(index);
            }}
          >
            <span>{line(item.text, 80)}</span>
            <span class="faint">{item.count === null ? item.kind : grouped(item.count)}</span>
          </li>
        ))}
      </ul>
      <p id="query-error" class="query-error" hidden={failure === undefined}>
        {failure?.error}
      </p>
    </div>
  );
}

/** Repeats the text below the field, with the position of the error underlined. */
function Mirror({ text, failure }: { text: string; failure: Failure | undefined }) {
  if (failure?.at === undefined) return null;
  const end = failure.at + Math.max(1, failure.length ?? 1);
  return (
    <div class="mirror" aria-hidden="true">
      {text.slice(0, failure.at)}
      <mark>{text.slice(failure.at, end) || ' '}</mark>
    </div>
  );
}

/** Completions with the text that they complete: while the user types on, they belong to an earlier text. */
interface CompletionOf extends Completion {
  readonly query: string;
}

function useCompletion() {
  const [completion, setCompletion] = useState<CompletionOf>();
  const [active, setActive] = useState(-1);
  const pending = useRef<AbortController>();
  const close = (): void => {
    pending.current?.abort();
    setCompletion(undefined);
    setActive(-1);
  };
  const ask = (query: string, at: number): void => {
    pending.current?.abort();
    const control = (pending.current = new AbortController());
    setActive(-1);
    setTimeout(() => void answer(query, at, control.signal), PATIENCE_MILLIS);
  };
  const answer = async (query: string, at: number, ended: AbortSignal): Promise<void> => {
    if (ended.aborted) return;
    try {
      setCompletion({ ...(await get<Completion>('complete', { query, at }, ended)), query });
    } catch {
      // The field works without completions.
    }
  };
  const move = (step: number): void => {
    const count = Math.min(MOST_OPTIONS, completion?.items.length ?? 0);
    if (count > 0) setActive((active + step + count + (active < 0 && step < 0 ? 1 : 0)) % count);
  };
  return { completion, active, ask, close, move };
}
