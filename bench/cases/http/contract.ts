/**
 * The pipeline of a service: none, the SDK's batch processor with a no-op exporter, an array, the cache with both of its
 * processors registered, or that with a console that is watched.
 */
export type ServiceKind = 'bare' | 'batch' | 'array' | 'cache' | 'console';

/** The measurements of a service. */
export interface Load {
  readonly cpuMicros: number;
  /** The 99th percentile of the delay of its timers, with a resolution of 1 ms. */
  readonly delayP99Millis: number;
}
