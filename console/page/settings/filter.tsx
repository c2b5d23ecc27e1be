import { useState } from 'preact/hooks';
import type { Filter } from '../../src/api/schemas.js';
import { settings } from '../api/live.js';
import { signal } from '../state/signal.js';
import { line } from '../text/shown.js';
import { change } from './send.js';
import { ForHowLong, Setting, TIMES } from './setting.js';

const SEVERITIES = [
  [0, 'all'],
  [5, 'from DEBUG'],
  [9, 'from INFO'],
  [13, 'from WARN'],
  [17, 'from ERROR'],
  [21, 'from FATAL'],
] as const;

const open = signal(false);

export function toggleFilter(): void {
  open.value = !open.value;
}

/** The filter that the service has confirmed, and the form to change it. */
export function FilterChoice() {
  const now = settings.value?.filter;
  if (now === undefined) return null;
  return (
    <Setting name="filter" open={open} state={filterState(now)} title="Filter (L)" inForce={isFiltering(now)}>
      <FilterForm now={now} />
    </Setting>
  );
}

type Settings = Pick<Filter, 'minSeverity' | 'scopes'>;

function isFiltering({ minSeverity, scopes: { include, exclude } }: Settings): boolean {
  return minSeverity > 0 || exclude.length > 0 || include.join() !== '*';
}

function filterState(now: Filter): string {
  return isFiltering(now) ? 'filter on' : 'filter off';
}

/** The filter in words: the spans and log records that it lets pass. */
export function filterText(now: Settings): string {
  if (!isFiltering(now)) return 'nothing is left out';
  const { include, exclude } = now.scopes;
  const parts = [
    ...(now.minSeverity > 0 ? [`log records only ${severityText(now.minSeverity)}`] : []),
    ...(include.join() === '*' ? [] : [`only the scopes ${include.join(', ')}`]),
    ...(exclude.length > 0 ? [`without the scopes ${exclude.join(', ')}`] : []),
  ];
  return line(parts.join('; '));
}

function severityText(severity: number): string {
  return SEVERITIES.find(([value]) => value === severity)?.[1] ?? `from severity ${severity}`;
}

/**
 * Restores the settings early that would return when the filter ends.
 *
 * @returns the reason of a refusal; empty on success
 */
export function stopFilter({ after }: Filter): Promise<string> {
  return after === null ? Promise.resolve('') : change('filter', after, filterState);
}

const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');

function FilterForm({ now }: { now: Filter }) {
  const [severity, setSeverity] = useState(now.minSeverity);
  const [include, setInclude] = useState(now.scopes.include.join(', '));
  const [exclude, setExclude] = useState(now.scopes.exclude.join(', '));
  const [millis, setMillis] = useState<number>(TIMES[1][0]);
  const [refusal, setRefusal] = useState('');
  const finish = (sentence: string): void => {
    setRefusal(sentence);
    if (sentence === '') open.value = false;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const included = namesIn(include);
    const scopes = { include: included.length === 0 ? ['*'] : included, exclude: namesIn(exclude) };
    void change('filter', { minSeverity: severity, scopes, forMillis: millis }, filterState).then(finish);
  };
  const isListed = SEVERITIES.some(([value]) => value === severity);
  return (
    <form onSubmit={submit}>
      <p>Leaves out spans and log records for every reader inside the process. They do not come back.</p>
      <label>
        log records{' '}
        <select value={String(severity)} onChange={({ currentTarget }) => setSeverity(Number(currentTarget.value))}>
          {!isListed && <option value={String(severity)}>{severityText(severity)}</option>}
          {SEVERITIES.map(([value, text]) => (
            <option key={value} value={String(value)}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        only scopes{' '}
        <input
          type="text"
          placeholder="*"
          spellcheck={false}
          value={include}
          onInput={({ currentTarget }) => setInclude(currentTarget.value)}
        />
      </label>
      <label>
        no scopes{' '}
        <input
          type="text"
          placeholder="@opentelemetry/*"
          spellcheck={false}
          value={exclude}
          onInput={({ currentTarget }) => setExclude(currentTarget.value)}
        />
      </label>
      <ForHowLong millis={millis} onMillis={setMillis} />
      <p class="setting-acts">
        <button type="submit">apply</button>
        <button type="button" disabled={now.after === null} onClick={() => void stopFilter(now).then(finish)}>
          stop
        </button>
      </p>
      <p class="bad" role="alert">
        {refusal}
      </p>
    </form>
  );
}
