import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ExportResult, ReadableSpan, Resource, SpanExporter } from '../../model/otel.js';
import { promiseOf } from '../../support/promise-of.js';
import { exportedSpan } from './exported-span.js';
import type { Call } from './time-limited-calls.js';

/** The spans of one export, in the form that exporters receive, in a list that the exporter may change. */
export class ExportBatch {
  readonly #spans: ReadableSpan[] = [];
  /** The resources whose asynchronous attributes are still pending. */
  readonly #pending = new Set<Resource>();

  /** @param onUnreadable called for each span that throws when it is read; the batch leaves it out */
  constructor(delivered: readonly DeliveredSpan[], onUnreadable: (error: unknown) => void) {
    for (const span of delivered) {
      try {
        const { resource } = span;
        const exported = exportedSpan(span);
        if (resource?.asyncAttributesPending) this.#pending.add(resource);
        this.#spans.push(exported);
      } catch (error) {
        onUnreadable(error);
      }
    }
  }

  get length(): number {
    return this.#spans.length;
  }

  /** Exports the spans: synchronously if no resource is pending, else once the resources have settled. */
  exportBy(exporter: SpanExporter, call: Call): void {
    if (this.#pending.size === 0) callExport(exporter, this.#spans, call);
    else void attributesSettled(this.#pending).then(() => call.run(() => callExport(exporter, this.#spans, call)));
  }
}

/** The SDK requires pending attributes to be awaited before `resource.attributes` is read. Rejections count as settled. */
async function attributesSettled(pending: ReadonlySet<Resource>): Promise<void> {
  await Promise.allSettled([...pending].map(async (resource) => resource.waitForAsyncAttributes?.()));
}

function callExport(exporter: SpanExporter, spans: ReadableSpan[], call: Call): void {
  const returned: unknown = exporter.export(spans, (result) => answer(call, result));
  // The interface ignores a promise from `async export()`; its rejection is handled here.
  promiseOf(returned).catch((error: unknown) => call.fail(error));
}

/** Called by foreign code, so it must not throw. */
function answer(call: Call, result: ExportResult | undefined): void {
  try {
    if (result?.code === 0) call.succeed();
    else call.fail(result?.error ?? new Error('the exporter reported a failure'));
  } catch (error) {
    call.fail(error);
  }
}
