import type { DeliveredSpan } from '../../model/merged-span.js';
import type { ExportResult, ReadableSpan, Resource, SpanExporter } from '../../model/otel.js';
import { promiseOf } from '../../support/promise-of.js';
import { exportedSpan } from './exported-span.js';
import type { Call } from './time-limited-calls.js';

/** Spans as an exporter gets them, in a list of its own. */
export class ExportBatch {
  readonly #spans: ReadableSpan[] = [];
  /** The resources that still wait for attributes. */
  readonly #pending = new Set<Resource>();

  /** @param onUnreadable called for each span that cannot be read, which is left out */
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

  /** Hands the spans over, at once if no resource waits for attributes. */
  exportBy(exporter: SpanExporter, call: Call): void {
    if (this.#pending.size === 0) callExport(exporter, this.#spans, call);
    else void attributesSettled(this.#pending).then(() => call.run(() => callExport(exporter, this.#spans, call)));
  }
}

/** Exporters read `resource.attributes`, which the SDK wants to be awaited first. What fails is not waited for. */
async function attributesSettled(pending: ReadonlySet<Resource>): Promise<void> {
  await Promise.allSettled([...pending].map(async (resource) => resource.waitForAsyncAttributes?.()));
}

function callExport(exporter: SpanExporter, spans: ReadableSpan[], call: Call): void {
  const returned: unknown = exporter.export(spans, (result) => answer(call, result));
  // An `async export()` is not foreseen, but written: nobody else takes care of its rejection.
  promiseOf(returned).catch((error: unknown) => call.fail(error));
}

/** Foreign code calls this: nothing may be thrown into it. */
function answer(call: Call, result: ExportResult | undefined): void {
  try {
    if (result?.code === 0) call.succeed();
    else call.fail(result?.error ?? new Error('the exporter reported a failure'));
  } catch (error) {
    call.fail(error);
  }
}
