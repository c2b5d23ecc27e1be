import { Episode } from './episode.js';
import { handleOf, type Handle } from './handle.js';
import { expectation } from './option.js';
import { promiseOf } from './promise-of.js';
import { report } from './report.js';

/**
 * Settings that can be read and changed while the service runs.
 *
 * `set()` is atomic: the next span and the next log record use the new settings.
 */
export interface LiveSettings<Settings, Changes> {
  /** The current settings, as an immutable object. */
  readonly settings: Settings;
  /**
   * Changes the given settings at once; the others keep their values. Calls all listeners before it returns.
   *
   * A listener may call `set()` as well; all listeners are called for that change after the current one. At most 100
   * changes by listeners are applied per outside change. Further ones are ignored and reported through `diag`.
   *
   * If it throws, no setting has changed.
   *
   * @throws TypeError for an unknown setting, a value of the wrong type, or settings that contradict each other
   * @throws RangeError for a value out of range
   */
  set(changes: Changes): void;
  /**
   * Calls a function after each change, with the new and the previous settings. An error that it throws, or a rejection
   * of its promise, is reported through `diag` and does not propagate.
   *
   * @throws TypeError if the listener is not a function
   */
  onChange(listener: (settings: Settings, previous: Settings) => void): Handle;
}

type Change<Settings> = readonly [settings: Settings, previous: Settings];

/** Maximum number of changes by listeners, in total, for one change from outside. */
const MAX_CHANGES_BY_LISTENERS = 100;

/**
 * The listeners of live settings. Each listener is called for every change in order, including changes made by
 * listeners. An error that a listener throws is reported.
 */
export class ChangeListeners<Settings> {
  readonly #name: string;
  #listeners: readonly ((...change: Change<Settings>) => void)[] = [];
  /** Changes for which not all listeners have been called. */
  readonly #pending: Change<Settings>[] = [];
  /** Changes by listeners since the last change from outside. */
  #changesByListeners = 0;
  readonly #failures = new Episode();

  /** @param name of the settings, for reports */
  constructor(name: string) {
    this.#name = name;
  }

  add(listener: (...change: Change<Settings>) => void): Handle {
    if (typeof listener !== 'function') throw new TypeError(expectation('listener', 'a function', listener));
    // Wrapped, so that a function added twice can be removed once.
    const own = (...change: Change<Settings>): void => listener(...change);
    this.#listeners = [...this.#listeners, own];
    return handleOf(() => (this.#listeners = this.#listeners.filter((other) => other !== own)));
  }

  /** Adds a listener, and calls it with the current settings. */
  addAndCall(listener: (...change: Change<Settings>) => void, settings: Settings): Handle {
    const handle = this.add(listener);
    this.#call(() => listener(settings, settings));
    return handle;
  }

  /**
   * Whether a change is allowed now. Without a limit, two listeners that undo each other's changes would never stop.
   */
  mayChange(): boolean {
    if (this.#pending.length === 0 || ++this.#changesByListeners <= MAX_CHANGES_BY_LISTENERS) return true;
    if (this.#changesByListeners === MAX_CHANGES_BY_LISTENERS + 1) {
      const count = `${MAX_CHANGES_BY_LISTENERS} times in response to one change`;
      report('warn', `listeners set the ${this.#name} ${count}; further changes are ignored`);
    }
    return false;
  }

  tell(...change: Change<Settings>): void {
    this.#pending.push(change);
    if (this.#pending.length > 1) return;
    this.#failures.end();
    this.#changesByListeners = 0;
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
