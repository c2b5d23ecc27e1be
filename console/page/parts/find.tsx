import { useMemo, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { grouped } from '../../src/text/units.js';
import type { Key } from '../keys/keys.js';

interface FindIn<T> {
  /** All rows, including those not in the document. */
  readonly rows: readonly T[];
  readonly idOf: (row: T) => string;
  /** Whether a row contains the needle, which is in lower case. */
  readonly has: (row: T, needle: string) => boolean;
  readonly selected: string | undefined;
  readonly show: (row: T) => void;
  /** Name of the field, such as `find in this list`. */
  readonly label: string;
  /** Keys that focus the field, in addition to Ctrl+F. */
  readonly keys: readonly string[];
  /** Called when a search begins. */
  readonly onBegin?: (() => void) | undefined;
}

export interface Find {
  readonly field: FieldProps;
  readonly keys: readonly Key[];
  readonly matches: ReadonlySet<string>;
}

interface FieldProps {
  readonly input: RefObject<HTMLInputElement>;
  readonly label: string;
  readonly sign: string;
  readonly text: string;
  readonly status: string;
  readonly onText: (text: string) => void;
  readonly onEnter: () => void;
}

/** Finds text in all rows of a list. The browser's own search covers only the rows in the document. */
export function useFind<T>({ rows, idOf, has, selected, show, label, keys, onBegin }: FindIn<T>): Find {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const needle = text.trim().toLowerCase();
  const found = useMemo(() => (needle === '' ? [] : rows.filter((row) => has(row, needle))), [rows, needle]);
  const matches = useMemo(() => new Set(found.map(idOf)), [found]);
  const step = (by: 1 | -1): void => {
    const from = Math.max(
      by === 1 ? -1 : 0,
      rows.findIndex((row) => idOf(row) === selected),
    );
    for (let i = 1; i <= rows.length; i++) {
      const row = rows.at((from + by * i) % rows.length)!;
      if (matches.has(idOf(row))) return show(row);
    }
  };
  const at = selected === undefined ? -1 : found.findIndex((row) => idOf(row) === selected);
  return {
    matches,
    keys: [
      {
        keys: [...keys, 'Ctrl+f'],
        does: label,
        run: () => input.current?.select(),
        // Pressed again in the field, the key opens the browser's own search.
        when: () => document.activeElement !== input.current,
      },
      ...(matches.size === 0
        ? []
        : [
            { keys: ['n'], does: 'next match', run: () => step(1) },
            { keys: ['N'], does: 'previous match', run: () => step(-1) },
          ]),
    ],
    field: {
      input,
      label,
      sign: keys[0] ?? '',
      text,
      status: needle === '' ? '' : statusOf(at, found.length),
      onText: (next) => {
        onBegin?.();
        setText(next);
      },
      onEnter: () => step(1),
    },
  };
}

function statusOf(at: number, count: number): string {
  if (count === 0) return 'no match';
  const of = at < 0 ? '' : `${grouped(at + 1)} of `;
  return `${of}${grouped(count)} ${count === 1 ? 'match' : 'matches'}`;
}

export function FindField({ input, label, sign, text, status, onText, onEnter }: FieldProps) {
  return (
    <>
      <label class="find">
        <span class="query-sign" aria-hidden="true">
          {sign}
        </span>
        <input
          ref={input}
          type="text"
          aria-label={`${label[0]?.toUpperCase()}${label.slice(1)}`}
          placeholder="find"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => onText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return;
            event.preventDefault();
            if (event.key === 'Escape') onText('');
            input.current?.blur();
            if (event.key === 'Enter') onEnter();
          }}
        />
      </label>
      <span class="num faint find-status" role="status">
        {status}
      </span>
    </>
  );
}
