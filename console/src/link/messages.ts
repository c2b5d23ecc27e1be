import type { PackedBatch } from 'otel-span-cache/threads';
import type { Filter, FilterRequest, Sampling, SamplingRequest } from '../api/schemas.js';
import type { OpenSpanRecord } from '../engine/contract.js';
import type { FeedLosses } from './shared-counts.js';

/*
 * The messages between the service and the worker of the console. Both sides have the same version, so nothing is
 * negotiated.
 */

/** The start-up data of the worker. */
export interface WorkerStart {
  /** Shared memory of `SharedCounts`. */
  readonly counts: SharedArrayBuffer;
  readonly service: string;
  readonly pid: number;
  readonly cacheVersion: string;
  readonly consoleVersion: string;
  readonly startedAt: number;
  readonly settings: HostSettings;
  readonly listen: ListenOptions;
  readonly maxSpans: number;
  readonly maxBytes: number;
  readonly restarts: Restarts;
  /** Spans and log records lost with earlier workers, and until this one was started. */
  readonly lostBefore: FeedLosses;
  /** Port for OTLP, if OTLP is received. */
  readonly otlpPort: number | undefined;
  /** Rules for masking spans that come by OTLP: a function cannot be sent to the worker. */
  readonly redact: RegExp | readonly RegExp[] | false | undefined;
}

export interface ListenOptions {
  readonly port: number;
  /** Whether the next free port will do if `port` is taken. */
  readonly orNext: boolean;
  readonly host: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly token: string;
  readonly viewToken: string | undefined;
}

export interface Restarts {
  readonly count: number;
  /** When the history was last lost, in milliseconds since the Unix epoch. */
  readonly historyLostAt: number | null;
}

export interface HostSettings {
  readonly sampling: Sampling;
  readonly filter: Filter;
}

export interface OpenSpans {
  readonly tracked: boolean;
  readonly at: number;
  readonly spans: readonly OpenSpanRecord[];
}

/** State of the service that the worker shows. */
export interface HostState {
  readonly stats: Readonly<Record<string, unknown>>;
  readonly open: OpenSpans;
}

export type SettingsChange =
  | { readonly what: 'sampling'; readonly changes: SamplingRequest }
  | { readonly what: 'filter'; readonly changes: FilterRequest };

/** From the service to the worker. */
export type HostMessage =
  | { readonly type: 'batch'; readonly batch: PackedBatch }
  | { readonly type: 'state'; readonly state: HostState }
  | { readonly type: 'settings'; readonly settings: HostSettings }
  | { readonly type: 'answer'; readonly id: number; readonly state?: HostState; readonly error?: string }
  | { readonly type: 'close' };

/** From the worker to the service. */
export type WorkerMessage =
  /** With the address of the page, without the token, and the port for OTLP. */
  | {
      readonly type: 'listening';
      readonly url: string;
      readonly port: number;
      readonly otlpPort: number | undefined;
    }
  /** The first span of the service has named it. */
  | { readonly type: 'named'; readonly service: string }
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: 'closed' }
  /** Whether anybody is looking at the console. */
  | { readonly type: 'watched'; readonly watched: boolean }
  | { readonly type: 'state'; readonly id: number }
  | ({ readonly type: 'set'; readonly id: number } & SettingsChange);

/** A channel to the other side. `MessagePort`, `Worker` and `parentPort` implement it. */
export interface Link<Sent> {
  postMessage(message: Sent): void;
}
