import { counted } from '../../model/text-of.js';
import { printable } from '../../trace/text/printable.js';
import { logsInSpans } from '../assert/log-in-span.js';
import { compileLogMatcher, type LogMatcher } from '../assert/matcher.js';
import { needsList } from '../assert/pattern/expectation.js';
import { checkArguments } from '../call-site.js';
import { RecordedScope } from '../capture/recorded-scope.js';
import type { WaitOptions } from '../capture/trace-scope.js';
import type { CapturedLog } from '../../trace/captured-span.js';
import { section, type ScopeKind } from '../explain/describe-scope.js';
import { randomIds } from '../sdk/random-ids.js';
import type { SpanElsewhere } from '../snapshot/source.js';
import { inOrderOfStart, withoutParent } from './arrived-spans.js';
import type { RemoteReceiver, RemoteScope } from './contract.js';
import type { RemoteRecords } from './remote-records.js';
import { rejectedText, whyNoLogArrived, whyNothingArrived } from './why-no-spans.js';

/** @param parentId span id in the scope's `traceparent` */
function kindOf(timeoutMillis: number, parentId: string): ScopeKind {
  return {
    name: 'RemoteScope',
    nothingSeen: 'No span has arrived',
    open: 'Open, or still on their way',
    notIdle: 'it was not idle',
    timeoutMillis,
    // Ten times the export delay set in `env`.
    idleSettleMillis: 100,
    inOrder: inOrderOfStart,
    unfinished: (records) => withoutParent(records, parentId),
    lineOfUnfinished: ({ span }) => `the parent of ${printable(span.name)}, ${span.parentSpanContext?.spanId}`,
    headlineOf: (unfinished) =>
      `${counted(unfinished, 'span')} arrived without ${unfinished === 1 ? 'its parent' : 'their parents'}`,
    // Any other missing parent may still arrive.
    isOutside: (parentSpanId) => parentSpanId === parentId,
  };
}

/** A scope over spans and log records of other processes. */
export class RemoteCaptureScope extends RecordedScope implements RemoteScope {
  readonly receiver: RemoteReceiver;
  readonly traceId: string;
  readonly traceparent: string;
  readonly #received: RemoteRecords;
  readonly #onClose: () => Promise<void>;

  /** @param onClose called on each `close()` */
  constructor(
    name: string,
    timeoutMillis: number,
    receiver: RemoteReceiver,
    received: RemoteRecords,
    onClose: () => Promise<void>,
  ) {
    const traceId = randomIds.generateTraceId();
    const parentId = randomIds.generateSpanId();
    super(kindOf(timeoutMillis, parentId), received.newScope(name, traceId), received.unowned);
    this.receiver = receiver;
    this.traceId = traceId;
    // Sampled: https://www.w3.org/TR/trace-context/#traceparent-header
    this.traceparent = `00-${traceId}-${parentId}-01`;
    this.#received = received;
    this.#onClose = onClose;
  }

  get env(): Readonly<Record<string, string>> {
    return this.receiver.env;
  }

  /** The option that dropped records, if it is not one of the limits on their number. */
  get limitReached(): string | undefined {
    return this.records.bytesReached ? 'maxBytesPerScope' : undefined;
  }

  async waitForLog(log: LogMatcher, options?: WaitOptions): Promise<CapturedLog> {
    // Passed as the method at whose call the stack of an error starts.
    // oxlint-disable-next-line typescript/unbound-method
    const calledAs = this.waitForLog;
    const wanted = checkArguments(calledAs, () => compileLogMatcher('log', log));
    const needsSpan = wanted.expectation?.checks.some(needsList) === true;
    const { logs } = this.records;
    const look = () => {
      const candidates = needsSpan ? logsInSpans(this) : logs.map((record) => ({ ...record, spans: [] }));
      return logs[candidates.findIndex((record) => wanted.matches(record))];
    };
    return this.wait(calledAs, `no log record matched ${wanted.description}`, look, options, () => [
      section('Nearest', wanted.nearest(logsInSpans(this))),
    ]);
  }

  explainNoSpans(): string {
    return whyNothingArrived(this.records, this.#received, this.receiver);
  }

  explainNoLogs(): string {
    return whyNoLogArrived(this.records, this.#received, this.receiver);
  }

  spansElsewhere(): readonly SpanElsewhere[] {
    return this.unowned.map((span) => ({ span, place: 'unowned: it arrived in a trace that no scope owns' }));
  }

  close(): Promise<void> {
    this.stopOwning();
    return this.#onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected override isIdle(): boolean {
    return this.records.spans.length > 0 && super.isIdle();
  }

  protected override remarks(): readonly string[] {
    const { lastRejection } = this.receiver.stats();
    // Without any span, `explainNoSpans()` already mentions the rejection.
    return this.records.spans.length > 0 && lastRejection !== undefined ? [rejectedText(lastRejection)] : [];
  }
}
