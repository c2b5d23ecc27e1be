import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Mark } from '../../src/api/schemas.js';
import { ago, clock } from '../../src/text/units.js';
import { post } from '../api/client.js';
import { serverNow } from '../api/live.js';
import type { Key } from '../keys/keys.js';
import { say } from '../parts/copy.js';
import { note } from '../state/route.js';

interface Compare {
  /** The marks that were set, oldest first. */
  readonly marks: readonly Mark[];
  /** Name of the mark to compare with; empty if there is none. */
  readonly mark: string;
  readonly naming: boolean;
  readonly keys: readonly Key[];
  readonly setNaming: (naming: boolean) => void;
}

/** The marks of the service, and the mark that rows are compared with. */
export function useCompare(answered: readonly Mark[] | undefined, mark: string): Compare {
  const [naming, setNaming] = useState(false);
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  useEffect(() => {
    if (answered !== undefined) setMarks(answered);
  }, [answered]);
  const latest = marks.at(-1)?.name;
  return {
    marks,
    mark,
    naming,
    setNaming,
    keys: [
      { keys: ['m'], does: 'set a mark, and compare with it', run: () => setNaming(true) },
      ...(mark === '' && latest === undefined
        ? []
        : [
            {
              keys: ['c'],
              does: mark === '' ? 'compare with the latest mark' : 'end the comparison',
              run: () => note({ mark: mark === '' ? (latest ?? '') : '' }),
            },
          ]),
    ],
  };
}

/** The choice of a mark to compare with, and the form to set one. */
export function CompareChoice({ marks, mark, naming, setNaming }: Compare) {
  const isKnown = mark === '' || marks.some(({ name }) => name === mark);
  return (
    <span class="compare-choice">
      {(marks.length > 0 || mark !== '') && (
        <label>
          compare with{' '}
          <select value={mark} onChange={({ currentTarget }) => note({ mark: currentTarget.value })}>
            <option value="">nothing</option>
            {!isKnown && <option value={mark}>{mark}</option>}
            {marks.toReversed().map(({ name, at }) => (
              <option key={name} value={name}>
                {name}, {clock(at)}
              </option>
            ))}
          </select>
        </label>
      )}
      {naming ? (
        <MarkForm count={marks.length} onDone={() => setNaming(false)} />
      ) : (
        <button type="button" title="Set a mark, to compare before with after (m)" onClick={() => setNaming(true)}>
          set a mark
        </button>
      )}
    </span>
  );
}

const NAME = /^[\w.-]{1,64}$/;

function MarkForm({ count, onDone }: { count: number; onDone: () => void }) {
  const [name, setName] = useState(`mark-${count + 1}`);
  const [refusal, setRefusal] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.select(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!NAME.test(name)) return setRefusal('A name has 1 to 64 letters, digits, dots, dashes or underscores.');
    post<Mark>('mark', { name }).then(
      (mark) => {
        say(`mark ${mark.name} is set`);
        note({ mark: mark.name });
        onDone();
      },
      (error: unknown) => setRefusal(error instanceof Error ? error.message : 'No answer from the service.'),
    );
  };
  return (
    <form class="mark-form" onSubmit={submit}>
      <input
        ref={field}
        class="split"
        type="text"
        aria-label="Name of the mark"
        autocomplete="off"
        spellcheck={false}
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          onDone();
        }}
      />
      <button type="submit">set</button>
      <button type="button" onClick={onDone}>
        cancel
      </button>
      <span class="bad" role="alert">
        {refusal}
      </span>
    </form>
  );
}

/** The two compared periods, in words. */
export function ComparedTimes({ marks, mark }: Pick<Compare, 'marks' | 'mark'>) {
  const index = marks.findIndex(({ name }) => name === mark);
  const at = marks[index]?.at;
  if (at === undefined) return null;
  const previous = marks[index - 1];
  return (
    <span class="faint num">
      {previous === undefined ? 'as long before' : `since ${previous.name}`} → since {mark}, {ago(at, serverNow.value)}
    </span>
  );
}
