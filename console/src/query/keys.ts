import type { EventRow, LogRow, SeenProcess, SpanRow } from '../model/span-row.js';
import { SEVERITY_NAMES, severityRange } from './literals.js';
import type { Subject } from './trace-view.js';

export const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
export const STATUSES = ['unset', 'ok', 'error'] as const;

/** Type of a key's values, which determines the operators of the key. */
export type KeyType = 'text' | 'number' | 'duration' | 'time' | 'choice' | 'severity';

export interface BuiltInKey {
  readonly type: KeyType;
  /** Values of a `choice`, for which `read` returns an index into this list. */
  readonly choices?: readonly string[];
  /** The value; undefined if the subject has none. */
  readonly read?: (subject: Subject) => string | number | undefined;
  /** Reads the value of each log line, instead of `read`. */
  readonly readLog?: (event: EventRow) => string | number | undefined;
}

const ofSpan = (read: (span: SpanRow) => string | number | undefined) => (subject: Subject) =>
  subject.span === undefined ? undefined : read(subject.span);

const ofSpanOrLog =
  (read: (item: SpanRow | LogRow) => string | undefined) =>
  ({ span, log }: Subject) =>
    span !== undefined ? read(span) : log && read(log);

const ofProcess =
  (read: (process: SeenProcess) => string | number | undefined) =>
  ({ process }: Subject) =>
    read(process);

/** The built-in keys. */
export const KEYS = {
  name: { type: 'text', read: ofSpan(({ name }) => name) },
  kind: { type: 'choice', choices: KINDS, read: ofSpan(({ kind }) => kind) },
  status: { type: 'choice', choices: STATUSES, read: ofSpan(({ status }) => status) },
  service: { type: 'text', read: ofProcess(({ service }) => service) },
  scope: { type: 'text', read: ofSpan(({ scope }) => scope) },
  duration: { type: 'duration', read: ofSpan(({ duration }) => duration) },
  self: { type: 'duration', read: ({ span, view }) => span && view?.selfOf(span) },
  start: {
    type: 'time',
    read: ({ span, event, log }) => (event ?? log?.event)?.time ?? span?.start,
  },
  trace: { type: 'text', read: ofSpanOrLog(({ traceId }) => traceId) },
  span: { type: 'text', read: ofSpanOrLog(({ spanId }) => spanId) },
  log: { type: 'text', readLog: ({ log }) => log?.body },
  severity: {
    type: 'severity',
    choices: SEVERITY_NAMES,
    readLog: ({ log }) => log && (log.severityNumber ?? severityRange(log.severityText ?? '')?.[0]),
  },
  thread: { type: 'number', read: ofSpan(({ thread }) => thread) },
  pid: { type: 'number', read: ofProcess(({ pid }) => pid) },
} as const satisfies Readonly<Record<string, BuiltInKey>>;

export function builtIn(name: string): BuiltInKey | undefined {
  return Object.hasOwn(KEYS, name) ? KEYS[name as keyof typeof KEYS] : undefined;
}
