import { randomUUID } from 'node:crypto';
import { BroadcastChannel, type MessagePort } from 'node:worker_threads';
import { guarded } from '../support/report.js';
import { isPortHandover } from './check-message.js';
import { channelOf, type Broadcast, type RelayMessage } from './protocol.js';
import type { SharedCounts } from './shared-counts.js';

/** Maximum number of messages on the receiver's channel. Each opens a channel, which only the event loop closes. */
const MAX_BROADCASTS = 64;

interface RelayListener {
  onMessage(message: unknown): void;
  /** Called when the receiver has gone. */
  onClose(): void;
}

/**
 * The connection from a relay to its receiver.
 *
 * The relay first posts on the receiver's broadcast channel, then on one between the two. Posting needs no event loop,
 * which a pool worker may be blocking, and messages arrive even if the thread has exited by then. The receiver answers
 * through a message port, which closes when either side has gone. None of this keeps the thread alive.
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

  /** @param receiver the name of the receiver's channel */
  constructor(receiver: string, counts: SharedCounts, listener: RelayListener) {
    this.#receiver = receiver;
    this.#counts = counts;
    this.#listener = listener;
    process.on('workerMessage', this.#takePort);
  }

  /** Whether the receiver's channel has had its share of messages, so that others must wait until the receiver listens. */
  get crowded(): boolean {
    return this.#broadcasts >= MAX_BROADCASTS && !this.#counts.listening;
  }

  post(message: RelayMessage): void {
    if (this.#channel === undefined && this.#counts.listening) {
      this.#channel = new BroadcastChannel(channelOf(this.#relay, this.#receiver));
      (this.#channel as unknown as NodeJS.RefCounted).unref();
    }
    if (this.#channel === undefined) this.#broadcast(message);
    else this.#channel.postMessage(message);
  }

  /** Closes the connection. Messages posted before still arrive. */
  close(): void {
    this.#closed = true;
    process.off('workerMessage', this.#takePort);
    this.#port?.close();
    this.#channel?.close();
  }

  /** Opens the channel only for the post; otherwise this thread would receive the messages of all other relays. */
  #broadcast(message: RelayMessage): void {
    this.#broadcasts++;
    const channel = new BroadcastChannel(this.#receiver);
    try {
      channel.postMessage({ relay: this.#relay, message } satisfies Broadcast);
    } finally {
      channel.close();
    }
  }

  readonly #onPortClose = guarded('cleaning up after a relay', () => {
    if (!this.#closed) this.#listener.onClose();
  });

  /** Answers `ready` synchronously. The receiver closes the port if no answer was posted while this listener ran. */
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
