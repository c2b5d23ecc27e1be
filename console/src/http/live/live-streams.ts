import type { ServerResponse } from 'node:http';
import { ApiError } from '../../api/api-error.js';
import type { ConsoleApi, Role } from '../../api/console-api.js';
import type { StreamCounts } from '../../api/engine-parts.js';
import type { Frame } from '../../api/schemas.js';
import { LiveStream } from './live-stream.js';
import { ResumableStates } from './resumable-states.js';
import type { ViewState } from './view-state.js';
import type { ViewSource } from './views.js';

/**
 * Maximum number of streams per token. A browser opens six connections to a host: with six streams, another page would
 * not load.
 */
const MAX_STREAMS = 4;

const TICK_MILLIS = 100;

interface Beginning {
  readonly before: ViewState | undefined;
  readonly reset: Frame['reset'];
}

/** The live streams of a server, served by one timer that runs only while there are any. */
export class LiveStreams {
  readonly #api: ConsoleApi;
  readonly #elapsed: () => number;
  readonly #onFault: () => void;
  readonly #open = new Map<Role, number>();
  readonly #streams = new Map<LiveStream, ServerResponse>();
  readonly #resumable = new ResumableStates();
  #timer: NodeJS.Timeout | undefined;
  #seq = 0;
  #skipped = 0;
  #refused = 0;

  /** @param onFault called for each error other than a refusal */
  constructor(api: ConsoleApi, elapsed: () => number, onFault: () => void) {
    this.#api = api;
    this.#elapsed = elapsed;
    this.#onFault = onFault;
  }

  counts(): StreamCounts {
    let skipped = this.#skipped;
    for (const stream of this.#streams.keys()) skipped += stream.skipped;
    return { streams: this.#streams.size, maxStreams: MAX_STREAMS, skipped, refused: this.#refused };
  }

  /** Bytes that clients have not read yet. */
  get held(): number {
    let bytes = 0;
    for (const out of this.#streams.values()) bytes += out.writableLength;
    return bytes;
  }

  /** Number of states kept for disconnected clients. */
  get resumable(): number {
    return this.#resumable.size;
  }

  /**
   * Streams a view as a response.
   *
   * @param after `epoch.seq` of the last frame that the client has seen
   * @throws {ApiError} with status 429 for a fifth stream of a token; or if the view cannot be answered
   */
  async start(role: Role, source: ViewSource, after: string | undefined, out: ServerResponse): Promise<void> {
    this.#reserve(role);
    out.once('close', () => this.#open.set(role, (this.#open.get(role) ?? 1) - 1));
    const answer = await source.read(this.#api);
    if (out.destroyed) return;
    const { before, reset } = this.#beginning(source, after);
    out.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    const stream = this.#add(source, out);
    stream.begin(answer, before, reset);
  }

  close(): void {
    for (const out of this.#streams.values()) out.end();
  }

  #reserve(role: Role): void {
    const open = this.#open.get(role) ?? 0;
    if (open >= MAX_STREAMS) {
      this.#refused++;
      throw new ApiError(429, {
        error: `A token can have at most ${MAX_STREAMS} live streams: poll instead, or close one.`,
      });
    }
    this.#open.set(role, open + 1);
  }

  #beginning({ key }: ViewSource, after: string | undefined): Beginning {
    if (after === undefined) return { before: undefined, reset: undefined };
    const dot = after.lastIndexOf('.');
    if (after.slice(0, dot) !== this.#api.epoch) return { before: undefined, reset: 'restarted' };
    const before = this.#resumable.take(Number(after.slice(dot + 1)), key, this.#elapsed());
    return { before, reset: before === undefined ? 'behind' : undefined };
  }

  #add(source: ViewSource, out: ServerResponse): LiveStream {
    const stream = new LiveStream({
      api: this.#api,
      source,
      out,
      nextSeq: () => ++this.#seq,
      elapsed: this.#elapsed,
      onFault: this.#onFault,
    });
    this.#streams.set(stream, out);
    out.once('close', () => this.#remove(stream));
    this.#timer ??= setInterval(() => this.#tick(), TICK_MILLIS).unref();
    return stream;
  }

  #remove(stream: LiveStream): void {
    this.#streams.delete(stream);
    this.#skipped += stream.skipped;
    if (stream.seen !== undefined) this.#resumable.add(stream.seen, this.#elapsed());
  }

  /** Continues without streams until the states of ended streams have expired. */
  #tick(): void {
    for (const stream of this.#streams.keys()) stream.tick(this.#streams.size);
    if (this.#streams.size > 0) return;
    this.#resumable.expire(this.#elapsed());
    if (this.#resumable.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
