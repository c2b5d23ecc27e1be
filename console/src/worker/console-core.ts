import type { Clock, EngineParts } from '../api/engine-parts.js';
import { Engine } from '../engine/engine.js';
import { newParts } from '../engine/parts.js';
import type { BatchRoute } from '../http/batch-route.js';
import type { HostMessage, Link, WorkerMessage, WorkerStart } from '../link/messages.js';
import { SharedCounts } from '../link/shared-counts.js';
import { Intake, type Source } from './intake.js';
import { OtherProcesses } from './other-processes.js';
import { RemoteHost, type WorkerLosses } from './remote-host.js';
import { SeenProcesses } from './seen-processes.js';

export interface CoreOptions {
  readonly start: WorkerStart;
  readonly link: Link<WorkerMessage>;
  readonly clock: Clock;
  /** When the worker started, by this clock. */
  readonly since: number;
}

/** Takes spans in, puts them together, and keeps them, with the state of the service that they come from. */
export class ConsoleCore {
  readonly #start: WorkerStart;
  readonly #counts: SharedCounts;
  readonly #intake: Intake;
  readonly #others: OtherProcesses;
  readonly #source: Source;
  /** Answers come from it. */
  readonly engine: EngineParts;
  /** The service, as the worker sees it. */
  readonly host: RemoteHost;

  constructor({ start, link, clock, since }: CoreOptions) {
    this.#start = start;
    this.#counts = new SharedCounts(start.counts);
    const { service, pid, maxSpans, maxBytes } = start;
    const processes = new SeenProcesses((name) => link.postMessage({ type: 'named', service: name }));
    const engine = new Engine(newParts({ maxSpans, maxBytes, since }), { waiting: () => this.#intake.waiting });
    this.engine = engine;
    this.#intake = new Intake(processes, {
      onTrace: (trace) => engine.addTrace(trace, clock.now()),
      onLog: (log) => engine.addLog(log),
      onSpans: (spans) => engine.count(spans, clock.elapsed()),
    });
    this.#source = this.#intake.source(processes.add({ origin: 'host', service, pid, resource: {} }));
    this.#others = new OtherProcesses(this.#intake);
    this.host = new RemoteHost(link, this.#counts, processes, start, () => this.#losses);
    this.host.onSettings = () => engine.touch();
  }

  /** Takes batches of processes that have joined. */
  get batches(): BatchRoute {
    return this.#others.batches;
  }

  /**
   * Takes OTLP from now on, if there is a port for it.
   *
   * @returns the port
   * @throws Error if the port is taken
   */
  async takeOtlp(unref: boolean): Promise<number | undefined> {
    await this.#others.listen(this.#start, unref);
    return this.#others.otlpPort;
  }

  onMessage(message: Exclude<HostMessage, { type: 'close' }>): void {
    if (message.type === 'batch') this.#take(message.batch);
    else this.host.onMessage(message);
  }

  /** Questions to the service end without an answer. */
  letGo(): void {
    this.host.close();
  }

  async close(): Promise<void> {
    this.letGo();
    await this.#others.close();
    this.#intake.close();
  }

  get #losses(): WorkerLosses {
    const { unreadable, refused: requestSpans, logs } = this.#intake.losses;
    const { lost, refused } = this.#others;
    return {
      feed: lost.spans,
      unreadable,
      refused: { requestSpans, ...refused },
      logs: logs + lost.logs,
    };
  }

  /** Counts the batch first, so that the service may send the next one even if this one cannot be read. */
  #take(batch: unknown): void {
    this.#counts.take();
    try {
      this.#source.take(batch);
    } catch {
      // Not the output of a packer of this version.
      this.#intake.countUnreadable(1);
    }
  }
}
