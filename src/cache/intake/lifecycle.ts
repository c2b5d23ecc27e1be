/** What an SDK asks of the cache through any of its faces. */
export interface Lifecycle {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}
