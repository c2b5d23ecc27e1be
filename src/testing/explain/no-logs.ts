import type { LogArrival, LoggerState } from '../sdk/log-arrival.js';
import type { Recorder } from '../capture/recorder.js';
import type { ScopeRecords } from '../capture/scope-records.js';

/** Why a scope has no log record, as far as that can be told. */
export function whyNoLogs({ openedAt, unreadLogs }: ScopeRecords, recorder: Recorder, arrival: LogArrival): string {
  if (unreadLogs > 0) return unreadText(unreadLogs);
  const state = arrival.state();
  if (state === 'foreign') return arrival.foreignMessage();
  const unowned = recorder.unowned.logsSince(openedAt).length;
  if (unowned > 0 && state !== 'none' && state !== 'silent') {
    return `unowned: ${records(unowned)} emitted in no scope's async context or trace`;
  }
  return arrival.mayBeUnread ? `${BY_PROVIDER[state]}\n${MAY_BE_UNREAD}` : BY_PROVIDER[state];
}

/** Text about log records that were emitted through an API that nobody reads. */
export function unreadText(unreadLogs: number): string {
  return `${records(unreadLogs)} emitted through @opentelemetry/api-logs, and reached nobody: ${LINE_OF_API}`;
}

const LINE_OF_API = `the 3.x line of OpenTelemetry reads the logs
API of @opentelemetry/api. What emits log records, such as the instrumentation of a logger, must be of that line, too.`;

const MAY_BE_UNREAD = `@opentelemetry/api-logs is loaded, and what is emitted through it does not arrive here: ${LINE_OF_API}`;

function records(count: number): string {
  return `${count} log ${count === 1 ? 'record was' : 'records were'}`;
}

const BY_PROVIDER: Readonly<Record<Exclude<LoggerState, 'foreign'>, string>> = {
  none: 'no logger provider is registered: log records are no-ops',
  silent: 'the registered logger provider takes no log records. Was it shut down?',
  captured: `a logger provider is registered and its log records arrive here, but none came. Does the logger in use
hand them over, by an instrumentation such as that for pino, loaded before the logger?`,
  cache: `none came by the cache. Does the logger provider have its logRecordProcessor, and does the logger in use hand
records over, by an instrumentation such as that for pino, loaded before the logger?`,
};
