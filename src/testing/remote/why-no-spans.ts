import { counted } from '../../model/text-of.js';
import type { ScopeRecords } from '../capture/scope-records.js';
import type { RemoteReceiver } from './contract.js';
import type { RemoteRecords } from './remote-records.js';

const SEND_TRACEPARENT = "Send the scope's traceparent with each request";

/** The known reasons why a remote scope has no span. */
export function whyNothingArrived(scope: ScopeRecords, records: RemoteRecords, receiver: RemoteReceiver): string {
  const { requests, lastRejection } = receiver.stats();
  const { unowned, ofOtherScopes: others } = records.notOwnedBy(scope);
  const reasons = [
    ...(lastRejection === undefined ? [] : [rejectedText(lastRejection)]),
    ...(others > 0 ? [`owned by another scope: ${counted(others, 'span')} arrived since this one was opened`] : []),
    ...(unowned > 0
      ? [`unowned: ${counted(unowned, 'span')} arrived in traces that no scope owns. ${SEND_TRACEPARENT}`]
      : []),
  ];
  if (reasons.length > 0) return reasons.join('\n');
  if (requests > 0) return `processes export to ${receiver.url}, but no span has arrived since this scope was opened`;
  return nothingSentTo(receiver);
}

/** The most certain reason why a remote scope has no log record. */
export function whyNoLogArrived(scope: ScopeRecords, records: RemoteRecords, receiver: RemoteReceiver): string {
  const { requests, lastRejection, logs } = receiver.stats();
  const unowned = records.unowned.logsSince(scope.openedAt).length;
  if (lastRejection !== undefined) return rejectedText(lastRejection);
  if (unowned > 0) return `unowned: ${counted(unowned, 'log record')} arrived in traces that no scope owns`;
  if (requests === 0) return nothingSentTo(receiver);
  if (logs > 0)
    return `no log record has arrived since this scope was opened. Logs are exported separately from spans: use waitForLog()`;
  return `processes export to ${receiver.url}, but no log record has arrived. Does the service forward its logs to the
OpenTelemetry SDK, through an instrumentation such as the one for pino? Logs are exported separately from spans: use
waitForLog()`;
}

/** Text about the last rejected request, which may have contained the missing spans or log records. */
export function rejectedText(lastRejection: string): string {
  return `a request was rejected: ${lastRejection}`;
}

function nothingSentTo(receiver: RemoteReceiver): string {
  return `nothing was sent to ${receiver.url}. Was the process started with the scope's env? Does it load an
OpenTelemetry SDK, and does its exporter read the endpoint from the environment and use HTTP, not gRPC?`;
}
