import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from '../host/timers.js';
import type { BatchRoute } from '../http/batch-route.js';
import type { WorkerStart } from '../link/messages.js';
import { JoinedProcesses, type JoinTarget } from '../processes/join/joined-processes.js';
import { JoinRoute } from '../processes/join/join-route.js';
import type { OtlpIntake, OtlpTarget } from '../processes/otlp/otlp-intake.js';
import type { OtlpServer } from '../processes/otlp/otlp-server.js';

const SWEEP_MILLIS = 1_000;

/** Receives spans of processes other than the service: processes that join, and processes that send OTLP. */
export class OtherProcesses {
  readonly #target: OtlpTarget;
  readonly #joined: JoinedProcesses;
  readonly #timer: NodeJS.Timeout;
  #intake: OtlpIntake | undefined;
  #server: OtlpServer | undefined;
  readonly batches: BatchRoute;

  constructor({ joined, otlp }: { readonly joined: JoinTarget; readonly otlp: OtlpTarget }) {
    this.#target = otlp;
    this.#joined = new JoinedProcesses(joined);
    this.batches = new JoinRoute(this.#joined, elapsed);
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MILLIS).unref();
  }

  /** Spans and log records lost on the way. */
  get lost(): { readonly spans: number; readonly logs: number } {
    return this.#intake?.lost ?? { spans: 0, logs: 0 };
  }

  get refused(): { readonly requests: number; readonly batches: number; readonly batchSpans: number } {
    const { batches, spans } = this.#joined.refused;
    return { requests: this.#server?.refusedRequests ?? 0, batches, batchSpans: spans };
  }

  get otlpPort(): number | undefined {
    return this.#server?.port;
  }

  /**
   * Starts to receive OTLP, if there is a port for it. The code for it is loaded only then.
   *
   * @throws Error if the port is taken
   */
  async listen({ otlpPort, redact }: Pick<WorkerStart, 'otlpPort' | 'redact'>, unref: boolean): Promise<void> {
    if (otlpPort === undefined) return;
    const [{ OtlpIntake }, { OtlpServer }, { rulesOf }, { Redaction }] = await Promise.all([
      import('../processes/otlp/otlp-intake.js'),
      import('../processes/otlp/otlp-server.js'),
      import('../host/masking.js'),
      import('../host/redaction.js'),
    ]);
    this.#intake = new OtlpIntake(this.#target, new Redaction(rulesOf(redact)));
    const server = new OtlpServer(this.#intake, elapsed, unref);
    await server.listen(otlpPort);
    this.#server = server;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#server?.close();
    await this.#intake?.close();
    this.#joined.close();
  }

  #sweep(): void {
    const now = elapsed();
    this.#joined.sweep(now);
    this.#intake?.sweep(now);
  }
}

function elapsed(): number {
  return performance.now();
}
