import type { ScopeRecords } from '../capture/scope-records.js';
import type { RemoteReceiver } from './contract.js';
import type { RemoteRecords } from './remote-records.js';

/** Why nothing of other processes is in a scope, as far as that can be told. */
export function whyNothingArrived(scope: ScopeRecords, records: RemoteRecords, receiver: RemoteReceiver): string {
  const { requests, lastRejection } = receiver.stats;
  const unowned = records.unowned.filter(({ order }) => order >= scope.openedAt).length;
  const others = records.receivedSpans - scope.openedAt - unowned - scope.spans.length;
  const reasons = [
    ...(lastRejection === undefined ? [] : [`a request was rejected: ${lastRejection}`]),
    ...(others > 0 ? [`owned by another scope: ${count(others)} arrived since this one was opened`] : []),
    ...(unowned > 0
      ? [`unowned: ${count(unowned)} arrived in traces of no scope. Send the scope's traceparent with the request`]
      : []),
  ];
  if (reasons.length > 0) return reasons.join('\n');
  if (requests > 0) return `processes export to ${receiver.url}, but no span came since this scope was opened`;
  return `nothing was ever sent to ${receiver.url}. Was the process started with the scope's env? Does it load an
OpenTelemetry SDK, and does its exporter take the endpoint from the environment, over HTTP and not gRPC?`;
}

function count(spans: number): string {
  return spans === 1 ? '1 span' : `${spans} spans`;
}
