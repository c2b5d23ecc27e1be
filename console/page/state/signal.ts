/*
 * Values that components and effects follow: whoever reads `value` runs again after it has changed. The page needs no
 * more of signals than this.
 */

/** An effect or a component, and the signals that it has read last. */
interface Follower {
  readonly followed: Set<Signal<unknown>>;
  /** Called after a change of one of them. */
  run(): void;
}

/** The follower that runs at this moment. */
let running: Follower | undefined;
/** Followers of signals that have changed, until the outermost batch ends. */
const waiting = new Set<Follower>();
let batches = 0;

export class Signal<T> {
  readonly followers = new Set<Follower>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    if (running !== undefined) {
      running.followed.add(this);
      this.followers.add(running);
    }
    return this.#value;
  }

  set value(value: T) {
    if (value === this.#value) return;
    this.#value = value;
    batch(() => {
      for (const follower of this.followers) waiting.add(follower);
    });
  }

  /** The value, without following it. */
  peek(): T {
    return this.#value;
  }
}

export function signal<T>(value: T): Signal<T> {
  return new Signal(value);
}

/** Changes several signals. Whoever follows more than one of them runs once, at the end. */
export function batch(change: () => void): void {
  batches++;
  try {
    change();
  } finally {
    batches--;
    for (const follower of batches === 0 ? waiting : []) {
      waiting.delete(follower);
      follower.run();
    }
  }
}

/**
 * Runs at once, and again after each change of a signal that it has read. Its own changes do not run it again.
 *
 * @param run may return a function that is called before the next run, and at the end
 * @returns ends the effect
 */
export function effect(run: () => (() => void) | undefined): () => void {
  let cleanUp: (() => void) | undefined;
  const end = (): void => {
    unfollow(follower);
    cleanUp?.();
    cleanUp = undefined;
  };
  const follower: Follower = {
    followed: new Set(),
    run: () => {
      end();
      // The batch runs other followers later, and this one not at all, for its own changes.
      batch(() => {
        try {
          cleanUp = reading(follower, run);
        } finally {
          waiting.delete(follower);
        }
      });
    },
  };
  follower.run();
  return end;
}

/** The signals that a repeated calculation, such as the rendering of a component, has read last. */
export class Reader {
  readonly #follower: Follower;

  /** @param onChange called after a change of one of them */
  constructor(onChange: () => void) {
    this.#follower = { followed: new Set(), run: onChange };
  }

  /** Calculates, and follows the signals that this calculation reads, and no other ones. */
  read<T>(calculate: () => T): T {
    this.end();
    return reading(this.#follower, calculate);
  }

  /** Follows nothing any more. */
  end(): void {
    unfollow(this.#follower);
    waiting.delete(this.#follower);
  }
}

function reading<T>(follower: Follower, calculate: () => T): T {
  const outer = running;
  running = follower;
  try {
    return calculate();
  } finally {
    running = outer;
  }
}

function unfollow(follower: Follower): void {
  for (const { followers } of follower.followed) followers.delete(follower);
  follower.followed.clear();
}
