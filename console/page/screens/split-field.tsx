import { useEffect, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Completion } from '../../src/api/schemas.js';
import { get } from '../api/client.js';
import { note } from '../state/route.js';

/** Whether to offer a key. A key without a dot, such as `name`, is rarely an attribute. */
const isAttribute = (key: string): boolean => key.includes('.') && !key.startsWith('root.');

/** Input type of the event that chooses an offered key. */
const CHOSEN = 'insertReplacementText';

/**
 * The attribute by which call paths are split. A span without it takes the value of its nearest ancestor that has one.
 */
export function SplitField({ input, split }: { input: RefObject<HTMLInputElement>; split: string }) {
  const [keys, setKeys] = useState<readonly string[]>([]);
  const [text, setText] = useState(split);
  useEffect(() => setText(split), [split]);
  const offer = (typed: string): void => {
    get<Completion>('complete', { query: typed, at: typed.length }).then(
      ({ items }) => setKeys(items.filter(({ kind, text: key }) => kind === 'key' && isAttribute(key)).map(keyOf)),
      // The field works without completions.
      () => setKeys([]),
    );
  };
  const apply = (wanted: string): void => {
    note({ split: wanted.trim(), row: '' });
    // If the attribute is unchanged, nothing else would restore the text.
    setText(wanted.trim());
  };
  return (
    <label>
      split by{' '}
      <input
        ref={input}
        class="split"
        type="text"
        placeholder="attribute"
        list="split-keys"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onFocus={({ currentTarget }) => offer(currentTarget.value)}
        onInput={({ currentTarget: { value }, inputType }) => {
          setText(value);
          offer(value);
          if (inputType === CHOSEN) apply(value);
        }}
        onBlur={() => setText(split)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape') return;
          event.preventDefault();
          event.currentTarget.blur();
          if (event.key === 'Enter') apply(text);
        }}
      />
      <datalist id="split-keys">
        {keys.map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
    </label>
  );
}

function keyOf({ text }: { text: string }): string {
  return text;
}
