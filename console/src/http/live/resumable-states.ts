import type { ViewState } from './view-state.js';

const MAX_STATES = 8;
const MILLIS = 30_000;

/** The last frame written to a client. */
export interface Seen {
  readonly seq: number;
  /** View and request, as text. */
  readonly key: string;
  readonly state: ViewState;
}

/**
 * States of disconnected clients, with which a broken connection can resume from changes. Keeps the last 8, for half a
 * minute each; any other client gets a snapshot.
 */
export class ResumableStates {
  #states: (Seen & { readonly at: number })[] = [];

  add(seen: Seen, now: number): void {
    this.expire(now);
    this.#states.push({ ...seen, at: now });
    if (this.#states.length > MAX_STATES) this.#states.shift();
  }

  /** Removes and returns the state after a frame. */
  take(seq: number, key: string, now: number): ViewState | undefined {
    this.expire(now);
    const index = this.#states.findIndex((state) => state.seq === seq && state.key === key);
    return index < 0 ? undefined : this.#states.splice(index, 1)[0]?.state;
  }

  expire(now: number): void {
    this.#states = this.#states.filter(({ at }) => at > now - MILLIS);
  }

  get size(): number {
    return this.#states.length;
  }
}
