import { randomUUID } from 'node:crypto';
import { BroadcastChannel, type MessagePort } from 'node:worker_threads';
import type { Broadcast, ReceiverAddress, ReceiverMessage, RelayMessage } from './protocol.js';

/** What hands a port to the thread of a relay. */
export interface PortHandover {
  readonly otelSpanCacheRelay: string;
  readonly port: MessagePort;
}

/**
 * The relay's way to its receiver.
 *
 * At first that is the receiver's broadcast channel: what is posted there arrives even if this thread is gone by
 * then. The receiver answers with a port, which costs less, and whose closing tells each side that the other
 * is gone. Neither keeps the thread alive.
 */
export class RelayLink {
  readonly #channel: string;
  readonly #relay = randomUUID();
  readonly #onMessage: (message: ReceiverMessage) => void;
  readonly #onClose: () => void;
  #port: MessagePort | undefined;
  #closed = false;

  constructor(address: ReceiverAddress, onMessage: (message: ReceiverMessage) => void, onClose: () => void) {
    this.#channel = address.channel;
    this.#onMessage = onMessage;
    this.#onClose = onClose;
    process.on('workerMessage', this.#takePort);
  }

  /** Throws a `DataCloneError` for what cannot be cloned. */
  post(message: RelayMessage): void {
    if (this.#port === undefined) this.#broadcast(message);
    else this.#port.postMessage(message);
  }

  /** What was posted still arrives. */
  close(): void {
    this.#closed = true;
    process.off('workerMessage', this.#takePort);
    this.#port?.close();
  }

  /** Open only while it posts: else it would get what the relays of other threads post. */
  #broadcast(message: RelayMessage): void {
    const channel = new BroadcastChannel(this.#channel);
    try {
      channel.postMessage({ relay: this.#relay, message } satisfies Broadcast);
    } finally {
      channel.close();
    }
  }

  readonly #takePort = (value: unknown): void => {
    const { otelSpanCacheRelay, port } = (value ?? {}) as Partial<PortHandover>;
    if (otelSpanCacheRelay !== this.#relay || port === undefined) return;
    process.off('workerMessage', this.#takePort);
    this.#port = port;
    port.on('message', this.#onMessage);
    port.on('close', () => {
      if (!this.#closed) this.#onClose();
    });
    port.unref();
  };
}
