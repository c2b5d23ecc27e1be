import { randomUUID } from 'node:crypto';
import { BroadcastChannel, type MessagePort } from 'node:worker_threads';
import { toAttributeValue } from '../model/attribute-value.js';
import { guarded } from '../support/report.js';
import { isPortHandover } from './check-message.js';
import { channelOf, type BatchMessage, type Broadcast, type RelayMessage } from './protocol.js';
import type { SharedCounts } from './shared-counts.js';

/** Messages that may be posted on the receiver's channel: each opens it anew, and it closes in a turn of the event loop only. */
const MAX_BROADCASTS = 64;

/** What a relay wants to hear of its receiver. */
interface RelayListener {
  onMessage(message: unknown): void;
  /** The receiver is gone. */
  onClose(): void;
}

/**
 * The relay's way to its receiver.
 *
 * At first that is the receiver's broadcast channel, then one of its own: what is posted there arrives even if this thread
 * is gone by then, and posting needs no event loop, which a worker of a pool may not have for long. What the receiver says
 * comes by a port, whose closing tells each side that the other is gone. None of it keeps the thread alive.
 */
export class RelayLink {
  readonly #receiver: string;
  readonly #counts: SharedCounts;
  readonly #listener: RelayListener;
  readonly #relay = randomUUID();
  #channel: BroadcastChannel | undefined;
  #broadcasts = 0;
  #port: MessagePort | undefined;
  #closed = false;

  /** @param receiver the name of its channel */
  constructor(receiver: string, counts: SharedCounts, listener: RelayListener) {
    this.#receiver = receiver;
    this.#counts = counts;
    this.#listener = listener;
    process.on('workerMessage', this.#takePort);
  }

  /** Whether so much was posted on the receiver's channel that the rest should wait until it has been heard. */
  get crowded(): boolean {
    return this.#broadcasts >= MAX_BROADCASTS && !this.#counts.listening;
  }

  /** Throws a `DataCloneError` for what cannot be cloned. */
  post(message: RelayMessage): void {
    if (this.#channel === undefined && this.#counts.listening) {
      this.#channel = new BroadcastChannel(channelOf(this.#relay, this.#receiver));
      (this.#channel as unknown as NodeJS.RefCounted).unref();
    }
    if (this.#channel === undefined) this.#broadcast(message);
    else this.#channel.postMessage(message);
  }

  /** Log records may hold anything. A value that cannot be cloned goes as a string. */
  postBatch(message: BatchMessage): void {
    try {
      this.post(message);
    } catch {
      this.post({ ...message, values: message.values.map(cloneable) });
    }
  }

  /** What was posted still arrives. */
  close(): void {
    this.#closed = true;
    process.off('workerMessage', this.#takePort);
    this.#port?.close();
    this.#channel?.close();
  }

  /** Open only while it posts: else it would get what the relays of other threads post. */
  #broadcast(message: RelayMessage): void {
    this.#broadcasts++;
    const channel = new BroadcastChannel(this.#receiver);
    try {
      channel.postMessage({ relay: this.#relay, message } satisfies Broadcast);
    } finally {
      channel.close();
    }
  }

  readonly #onPortClose = guarded('the end of a relay', () => {
    if (!this.#closed) this.#listener.onClose();
  });

  /** The receiver takes the port back if it hears of no relay by the time the message has been listened to. */
  readonly #takePort = guarded('a listener for the port of a relay', (value: unknown): void => {
    if (!isPortHandover(value, this.#relay)) return;
    const { port } = value;
    process.off('workerMessage', this.#takePort);
    this.#port = port;
    port.on('message', (message) => this.#listener.onMessage(message));
    port.on('close', this.#onPortClose);
    port.unref();
    this.post({ type: 'ready' });
  });
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return toAttributeValue(value);
  }
}
