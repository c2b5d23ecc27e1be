import type { Encoding } from '../load/encoding.js';
import type { Ask } from '../process/ask.js';

/** A console that is compared: how it is installed, started and read in the documented way. */
export interface Console {
  readonly id: ConsoleId;
  /** Its package. */
  readonly name: string;
  /** Path of its program below `node_modules`. */
  readonly program: string;
  args(ports: Ports): readonly string[];
  /** Reads the address and the token from the lines that it prints; undefined until they are complete. */
  connect(ports: Ports, printed: string): Client | undefined;
}

export type ConsoleId = 'ours' | 'autotel' | 'spotlight';

/** Free ports of loopback. */
export interface Ports {
  readonly page: number;
  readonly otlp: number;
  readonly grpc: number;
}

/** A client of a running console. */
export interface Client {
  /** Base of the page and the API. */
  readonly url: string;
  /** Where spans are posted to, by the encoding. An encoding without a receiver is not taken. */
  readonly receivers: Readonly<Partial<Record<Encoding, string>>>;
  /** Starts to count the spans that the console shows it has received. */
  count(): Promise<Counter>;
  /** Spans that its API still has. */
  kept(): Promise<number>;
  /** Requests that read spans. */
  readonly reads: readonly Ask[];
  /** Opens the live stream. */
  readonly stream: Ask;
  /** Removes all spans. */
  readonly clear: Ask;
}

export interface Counter {
  received(): Promise<number>;
  close(): void;
}
