import { packedFromBytes, SpanUnpacker, type PackedBatch, type ReceivedBatch } from 'otel-span-cache/threads';
import type { SeenProcess } from '../../model/span-row.js';
import { isAlive, pidSpace } from '../process-identity.js';

/** Maximum number of joined processes. Further ones are refused. */
export const MAX_JOINED = 256;

/** Silence after which a process is checked, in milliseconds. It has ended if its pid no longer exists. */
const QUIET_MILLIS = 1_000;

/** Silence after which a process in another container counts as ended, because its pid cannot be checked. */
const SILENT_MILLIS = 30_000;

/** The same for a process whose pid exists: it may be paused at a breakpoint. */
const STOPPED_MILLIS = 600_000;

/** Maximum number of processes whose last refused batch is remembered. */
const MAX_REFUSED = 1_024;

/** The receiver of the spans of joined processes. */
export interface JoinTarget {
  /** Registers a process that begins to send. */
  add(process: Omit<SeenProcess, 'id'>): SeenProcess;
  accept(process: SeenProcess, batch: Required<ReceivedBatch>): void;
  end(process: SeenProcess): void;
}

/** The headers of a batch: its process and its sequence number. */
export interface Sender {
  readonly id: string;
  readonly pid: number | undefined;
  readonly pidSpace: string;
  readonly service: string;
  readonly sequence: number;
  /** Whether this is its last batch. */
  readonly isLast: boolean;
}

/**
 * - `taken`: accepted, now or before (a sender without an answer sends a batch again)
 * - `restart`: it depends on batches that did not arrive here
 * - `full`: 256 processes have joined already
 * - `malformed`: it is not the output of a packer of this version
 */
export type Taken = 'taken' | 'restart' | 'full' | 'malformed';

/** Numbers of refused batches, and of the spans in batches that could be read. */
export interface RefusedBatches {
  readonly batches: number;
  readonly spans: number;
}

interface Joined {
  readonly process: SeenProcess;
  readonly unpacker: SpanUnpacker;
  readonly canProbe: boolean;
  sequence: number;
  seenAt: number;
}

/**
 * The processes that have joined the console. Accepts their batches in order, each once, and notices when they end.
 * Times are passed in. Never throws, even for malformed batches.
 */
export class JoinedProcesses {
  readonly #target: JoinTarget;
  readonly #pidSpace = pidSpace();
  readonly #byId = new Map<string, Joined>();
  #malformed = 0;
  #refused: RefusedBatches = { batches: 0, spans: 0 };
  /** Number of the last refused batch, by process: it is sent again until it is accepted. */
  readonly #lastRefused = new Map<string, number>();

  constructor(target: JoinTarget) {
    this.#target = target;
  }

  stats(): { readonly joined: number; readonly malformed: number } {
    return { joined: this.#byId.size, malformed: this.#malformed };
  }

  get refused(): RefusedBatches {
    return this.#refused;
  }

  /**
   * Counts a refused batch once, however often it is sent.
   *
   * @param sender undefined if it is missing in the request
   */
  refuse(sender: Pick<Sender, 'id' | 'sequence'> | undefined, spans: number): void {
    if (sender !== undefined) {
      const { id, sequence } = sender;
      if (this.#lastRefused.get(id) === sequence) return;
      this.#lastRefused.delete(id);
      this.#lastRefused.set(id, sequence);
      const [oldest] = this.#lastRefused.keys();
      if (this.#lastRefused.size > MAX_REFUSED) this.#lastRefused.delete(oldest!);
    }
    this.#refused = { batches: this.#refused.batches + 1, spans: this.#refused.spans + spans };
  }

  take(sender: Sender, body: Uint8Array, now: number): Taken {
    const joined = this.#byId.get(sender.id);
    if (joined?.sequence === sender.sequence) return 'taken';
    let taken: Taken;
    try {
      const batch = packedFromBytes(body);
      if (!batch.restart && joined?.sequence !== sender.sequence - 1) return 'restart';
      taken = this.#unpack(joined ?? this.#join(sender, now), sender, batch, now);
    } catch {
      taken = 'malformed';
      this.#malformed++;
      this.refuse(sender, 0);
    }
    return taken;
  }

  /** Ends processes that are gone without having sent a last batch. */
  sweep(now: number): void {
    for (const [id, joined] of this.#byId) if (this.#isGone(joined, now - joined.seenAt)) this.#end(id, joined);
  }

  close(): void {
    for (const [id, joined] of this.#byId) this.#end(id, joined);
  }

  #join({ id, pid, service, pidSpace: space, sequence }: Sender, now: number): Joined | undefined {
    if (this.#byId.size >= MAX_JOINED) return undefined;
    const process = this.#target.add({ origin: 'joined', service, pid, resource: {} });
    const canProbe = pid !== undefined && space !== '' && space === this.#pidSpace;
    const joined = { process, unpacker: new SpanUnpacker(), canProbe, sequence: sequence - 1, seenAt: now };
    this.#byId.set(id, joined);
    return joined;
  }

  /** @throws TypeError for a batch that cannot be unpacked */
  #unpack(joined: Joined | undefined, sender: Sender, packed: PackedBatch, now: number): Taken {
    const { id, sequence, isLast } = sender;
    if (joined === undefined) {
      this.refuse(sender, packed.spans);
      return 'full';
    }
    const batch = joined.unpacker.unpack(packed);
    joined.sequence = sequence;
    joined.seenAt = now;
    this.#target.accept(joined.process, batch);
    if (isLast) this.#end(id, joined);
    return 'taken';
  }

  #isGone({ canProbe, process: { pid } }: Joined, silentMillis: number): boolean {
    if (!canProbe || pid === undefined) return silentMillis > SILENT_MILLIS;
    return silentMillis > STOPPED_MILLIS || (silentMillis > QUIET_MILLIS && !isAlive(pid));
  }

  #end(id: string, { process, unpacker }: Joined): void {
    this.#byId.delete(id);
    unpacker.end();
    this.#target.end(process);
  }
}
