import type { LogArrival, LoggerState } from './log-arrival.js';
import type { Recorder } from './recorder.js';
import type { ScopeRecords } from './scope-records.js';

/** Why a scope has no log record, as far as that can be told. */
export function whyNoLogs({ openedAt }: ScopeRecords, recorder: Recorder, arrival: LogArrival): string {
  const state = arrival.state();
  if (state === 'foreign') return arrival.foreignMessage();
  if (state === 'none' || state === 'silent') return BY_PROVIDER[state];
  const unowned = recorder.unowned.logsSince(openedAt).length;
  if (unowned > 0) {
    return `unowned: ${unowned} log ${unowned === 1 ? 'record was' : 'records were'} emitted in no scope's async context or trace`;
  }
  return BY_PROVIDER[state];
}

const BY_PROVIDER: Readonly<Record<Exclude<LoggerState, 'foreign'>, string>> = {
  none: 'no logger provider is registered: log records are no-ops',
  silent: 'the registered logger provider takes no log records. Was it shut down?',
  captured: `a logger provider is registered and its log records arrive here, but none was emitted. Does the logger in use
hand them over, by an instrumentation such as that for pino, loaded before the logger?`,
  cache: `none came by the cache. Does the logger provider have its logRecordProcessor, and does the logger in use hand
records over, by an instrumentation such as that for pino, loaded before the logger?`,
};
