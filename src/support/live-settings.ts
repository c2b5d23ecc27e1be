import { Episode } from './episode.js';
import { handleOf, type Handle } from './handle.js';
import { expectation } from './option.js';
import { promiseOf } from './promise-of.js';
import { report } from './report.js';

/**
 * Settings that are read and changed while the service runs.
 *
 * A change is one swap, complete before `set()` returns: the next span and the next log record see all of it.
 */
export interface LiveSettings<Settings, Changes> {
  /** All settings as they are at this moment, in an object that does not change. */
  readonly settings: Settings;
  /**
   * Changes the settings that are given, all at once, and leaves the rest. Listeners have been called when it returns. If
   * a listener calls it, all are called for that change afterwards; of the changes that listeners make in answer to one,
   * the first 100 count, and the rest is reported through `diag`.
   *
   * @throws TypeError for an unknown setting, a value of the wrong type, or settings that contradict each other
   * @throws RangeError for a value out of range
   *
   * When it throws, nothing has changed.
   */
  set(changes: Changes): void;
  /**
   * Calls a function after each change, with the settings as they are and as they were. What it throws, or what its
   * promise rejects with, is reported through `diag` and goes no further.
   */
  onChange(listener: (settings: Settings, previous: Settings) => void): Handle;
}

type Change<Settings> = readonly [settings: Settings, previous: Settings];

/** Changes that listeners may make in answer to one, all together. */
const MAX_ANSWERS = 100;

/**
 * The listeners of something that changes. Each is called for all changes in their order, also for those that listeners
 * make. What a listener throws is reported.
 */
export class ChangeListeners<Settings> {
  readonly #name: string;
  #listeners: readonly ((...change: Change<Settings>) => void)[] = [];
  /** Changes for which not all listeners have been called. */
  readonly #pending: Change<Settings>[] = [];
  /** Changes made by listeners since somebody else made one. */
  #answers = 0;
  readonly #failures = new Episode();

  /** @param name of what changes, for reports */
  constructor(name: string) {
    this.#name = name;
  }

  add(listener: (...change: Change<Settings>) => void): Handle {
    if (typeof listener !== 'function') throw new TypeError(expectation('listener', 'a function', listener));
    // Wrapped, so that a function given twice can be removed once.
    const own = (...change: Change<Settings>): void => listener(...change);
    this.#listeners = [...this.#listeners, own];
    return handleOf(() => (this.#listeners = this.#listeners.filter((other) => other !== own)));
  }

  /** Adds a listener, and calls it with the present settings. */
  addAndCall(listener: (...change: Change<Settings>) => void, settings: Settings): Handle {
    const handle = this.add(listener);
    this.#call(() => listener(settings, settings));
    return handle;
  }

  /** Whether a change may be made now. Listeners that each undo what another one set would go on for ever. */
  mayChange(): boolean {
    if (this.#pending.length === 0 || ++this.#answers <= MAX_ANSWERS) return true;
    if (this.#answers === MAX_ANSWERS + 1) {
      report('warn', `listeners of the ${this.#name} have set it ${MAX_ANSWERS} times in answer to a change; the rest is ignored`);
    }
    return false;
  }

  tell(...change: Change<Settings>): void {
    this.#pending.push(change);
    if (this.#pending.length > 1) return;
    this.#failures.end();
    this.#answers = 0;
    for (; this.#pending.length > 0; this.#pending.shift()) {
      for (const listener of this.#listeners) this.#call(() => listener(...this.#pending[0]!));
    }
  }

  #call(listener: () => void): void {
    const failed = (error: unknown) => this.#failures.report(`a listener of the ${this.#name} failed`, error);
    try {
      promiseOf(listener()).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
