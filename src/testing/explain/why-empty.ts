import { counted } from '../../model/text-of.js';
import { whyNoInstrumentation } from '../sdk/instrumentations.js';
import { providerState, type ProviderState } from '../sdk/provider-check.js';
import type { Recorder } from '../capture/recorder.js';
import type { ScopeRecords } from '../capture/scope-records.js';
import type { LogArrival, LoggerState } from '../sdk/log-arrival.js';

/** The known reasons why a scope has no span, the most certain first. */
export function whyNoSpans(scope: ScopeRecords, recorder: Recorder): string {
  const reasons = [...whyUnreachable(recorder), ...samplingReasons(scope), ...ownerReasons(scope, recorder)];
  if (reasons.length > 0) return reasons.join('\n');
  return `a provider is registered and its spans arrive here, but no span was started.
${whyNoInstrumentation()}
Was a tracer obtained from a provider other than the one registered now?`;
}

/** Why no span of the registered provider can arrive here. Empty if one can. */
export function whyUnreachable(recorder: Recorder): readonly string[] {
  return BY_PROVIDER[providerState(recorder)];
}

const BY_PROVIDER: Readonly<Record<ProviderState, readonly string[]>> = {
  captured: [],
  none: ['no provider is registered: spans are no-ops. Was it removed by trace.disable() or shutdown()?'],
  foreign: ['foreign provider: its spans reach neither the spanProcessor of traceTesting() nor its cache'],
  unsampled: ['unsampled: the sampler of the registered provider drops all spans. Is OTEL_TRACES_SAMPLER set?'],
};

function samplingReasons({ unsampled }: ScopeRecords): string[] {
  if (unsampled === 0) return [];
  return [
    `unsampled: ${counted(unsampled, 'span')} had a parent that is not sampled, such as a traceparent that ends in -00`,
  ];
}

function ownerReasons(scope: ScopeRecords, recorder: Recorder): string[] {
  const { unowned, ofOtherScopes } = recorder.notOwnedBy(scope);
  return [
    ...(ofOtherScopes > 0
      ? [`owned by another scope: ${counted(ofOtherScopes, 'span')} started since this one was opened`]
      : []),
    ...(unowned > 0
      ? [`unowned: ${counted(unowned, 'span')} started outside the async context, traces and links of every scope`]
      : []),
  ];
}

/** The most certain reason why a scope has no log record. */
export function whyNoLogs({ openedAt, unreadLogs }: ScopeRecords, recorder: Recorder, arrival: LogArrival): string {
  if (unreadLogs > 0) return unreadText(unreadLogs);
  const state = arrival.state();
  if (state === 'foreign') return arrival.foreignMessage();
  const unowned = recorder.unowned.logsSince(openedAt).length;
  if (unowned > 0 && state !== 'none' && state !== 'silent') {
    return `unowned: ${records(unowned)} emitted outside the async context and traces of every scope`;
  }
  return arrival.mayBeUnread() ? `${BY_LOGGER_PROVIDER[state]}\n${MAY_BE_UNREAD}` : BY_LOGGER_PROVIDER[state];
}

/** Text about log records that were emitted through a logs API that the installed SDK does not read. */
export function unreadText(unreadLogs: number): string {
  return `${records(unreadLogs)} emitted through @opentelemetry/api-logs and lost: ${LINE_OF_API}`;
}

const LINE_OF_API = `the 3.x line of OpenTelemetry reads the
logs API of @opentelemetry/api. Code that emits log records, such as a logger's instrumentation, must use that line too.`;

const MAY_BE_UNREAD = `@opentelemetry/api-logs is loaded, and log records emitted through it do not arrive here: ${LINE_OF_API}`;

function records(count: number): string {
  return `${count} log ${count === 1 ? 'record was' : 'records were'}`;
}

const BY_LOGGER_PROVIDER: Readonly<Record<Exclude<LoggerState, 'foreign'>, string>> = {
  none: 'no logger provider is registered: log records are no-ops',
  silent: 'the registered logger provider accepts no log records. Was it shut down?',
  captured: `a logger provider is registered and its log records arrive here, but none was emitted. Does the logger in use
forward its records to OpenTelemetry, through an instrumentation (such as the one for pino) loaded before the logger?`,
  cache: `none came through the cache. Does the logger provider have its logRecordProcessor? Does the logger in use
forward its records to OpenTelemetry, through an instrumentation (such as the one for pino) loaded before the logger?`,
};
