import type { ScopeRecords } from '../capture/scope-records.js';
import type { RemoteReceiver } from './contract.js';
import type { RemoteRecords } from './remote-records.js';

/** Why nothing of other processes is in a scope, as far as that can be told. */
export function whyNothingArrived(scope: ScopeRecords, records: RemoteRecords, receiver: RemoteReceiver): string {
  const { requests, lastRejection } = receiver.stats;
  const unowned = records.unowned.spansSince(scope.openedAt).length;
  const others = records.receivedSpans - scope.openedAt.spans - unowned - scope.spans.length - scope.droppedSpans;
  const reasons = [
    ...(lastRejection === undefined ? [] : [rejectedText(lastRejection)]),
    ...(others > 0 ? [`owned by another scope: ${count(others)} arrived since this one was opened`] : []),
    ...(unowned > 0
      ? [`unowned: ${count(unowned)} arrived in traces of no scope. Send the scope's traceparent with the request`]
      : []),
  ];
  if (reasons.length > 0) return reasons.join('\n');
  if (requests > 0) return `processes export to ${receiver.url}, but no span came since this scope was opened`;
  return nothingSentTo(receiver);
}

/** Why no log record of other processes is in a scope, as far as that can be told. */
export function whyNoLogArrived(scope: ScopeRecords, records: RemoteRecords, receiver: RemoteReceiver): string {
  const { requests, lastRejection, logs } = receiver.stats;
  const unowned = records.unowned.logsSince(scope.openedAt).length;
  if (lastRejection !== undefined) return rejectedText(lastRejection);
  if (unowned > 0) return `unowned: ${unowned} log ${unowned === 1 ? 'record' : 'records'} arrived in traces of no scope`;
  if (requests === 0) return nothingSentTo(receiver);
  if (logs > 0) return `no log record came since this scope was opened. Logs travel apart from spans: wait for one by waitForLog()`;
  return `processes export to ${receiver.url}, but no log record among it. Does the service hand them over to the
OpenTelemetry SDK, by an instrumentation such as that for pino? Wait for one by waitForLog(): logs travel apart from spans`;
}

/** What there is to say about the last request that was rejected: what is missing may have been in it. */
export function rejectedText(lastRejection: string): string {
  return `a request was rejected: ${lastRejection}`;
}

function nothingSentTo(receiver: RemoteReceiver): string {
  return `nothing was ever sent to ${receiver.url}. Was the process started with the scope's env? Does it load an
OpenTelemetry SDK, and does its exporter take the endpoint from the environment, over HTTP and not gRPC?`;
}

function count(spans: number): string {
  return spans === 1 ? '1 span' : `${spans} spans`;
}
