import { counted } from '../../trace/text/names.js';
import type { ScopeRecords } from '../capture/scope-records.js';
import type { RemoteReceiver } from './contract.js';
import type { RemoteRecords } from './remote-records.js';

const SEND_TRACEPARENT = "Send the scope's traceparent with the request";

export function whyNothingArrived(scope: ScopeRecords, records: RemoteRecords, receiver: RemoteReceiver): string {
  const { requests, lastRejection } = receiver.stats();
  const { unowned, ofOtherScopes: others } = records.notOwnedBy(scope);
  const reasons = [
    ...(lastRejection === undefined ? [] : [rejectedText(lastRejection)]),
    ...(others > 0 ? [`owned by another scope: ${counted(others, 'span')} arrived since this one was opened`] : []),
    ...(unowned > 0 ? [`unowned: ${counted(unowned, 'span')} arrived in traces of no scope. ${SEND_TRACEPARENT}`] : []),
  ];
  if (reasons.length > 0) return reasons.join('\n');
  if (requests > 0) return `processes export to ${receiver.url}, but no span came since this scope was opened`;
  return nothingSentTo(receiver);
}

export function whyNoLogArrived(scope: ScopeRecords, records: RemoteRecords, receiver: RemoteReceiver): string {
  const { requests, lastRejection, logs } = receiver.stats();
  const unowned = records.unowned.logsSince(scope.openedAt).length;
  if (lastRejection !== undefined) return rejectedText(lastRejection);
  if (unowned > 0) return `unowned: ${counted(unowned, 'log record')} arrived in traces of no scope`;
  if (requests === 0) return nothingSentTo(receiver);
  if (logs > 0) return `no log record came since this scope was opened. Logs travel apart from spans: wait for one by waitForLog()`;
  return `processes export to ${receiver.url}, but no log record among it. Does the service hand them over to the
OpenTelemetry SDK, by an instrumentation such as that for pino? Wait for one by waitForLog(): logs travel apart from spans`;
}

/** Text about the last rejected request, which may have contained what is missing. */
export function rejectedText(lastRejection: string): string {
  return `a request was rejected: ${lastRejection}`;
}

function nothingSentTo(receiver: RemoteReceiver): string {
  return `nothing was ever sent to ${receiver.url}. Was the process started with the scope's env? Does it load an
OpenTelemetry SDK, and does its exporter take the endpoint from the environment, over HTTP and not gRPC?`;
}
