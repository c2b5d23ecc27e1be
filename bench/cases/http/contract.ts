/**
 * What a service's spans go to: nothing, the SDK's processor with an exporter that does nothing, an array, or the cache,
 * both of whose processors are registered.
 */
export type ServiceKind = 'bare' | 'batch' | 'array' | 'cache';

/** What a service says of itself. */
export interface Load {
  readonly cpuMicros: number;
  /** How late its timers were, of resolution 1 ms, in 99 of 100 cases. */
  readonly delayP99Millis: number;
}
