/** Which span processor a service has: none, the SDK's with an exporter that does nothing, or the cache. */
export type ServiceKind = 'bare' | 'batch' | 'cache';

/** What a service says of itself. */
export interface Load {
  readonly cpuMicros: number;
  /** How late its timers were, of resolution 1 ms, in 99 of 100 cases. */
  readonly delayP99Millis: number;
}
