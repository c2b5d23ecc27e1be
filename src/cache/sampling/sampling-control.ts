import { AsyncResource } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import { Episode } from '../../support/episode.js';
import { report } from '../../support/report.js';
import { promiseOf } from '../../support/promise-of.js';
import { unref } from '../../support/timers.js';
import { expectation } from '../../support/option.js';
import type { Deadline } from './deadline.js';
import type { Recording, RecordingListener, RecordingListenerHandle } from '../../support/live-settings.js';
import { Restrictions } from '../intake/filter/scope-filter.js';
import {
  changed,
  ended,
  INITIAL,
  isOver,
  settingsOf,
  type RecordingOptions,
  type RecordingSettings,
  type RecordingState,
  type ScopePatterns,
} from './sampling-settings.js';
import { TraceRatio } from './trace-ratio.js';

/** The asynchronous context of the module's loading, that of no request. */
const ROOT = new AsyncResource('otel-span-cache');

/** How late listeners hear of an end if the wall clock was set, at most. Nobody else waits for the timer. */
const MAX_WAIT_MILLIS = 60_000;

/** Changes that listeners may make while they are told of one, all together. */
const MAX_ANSWERS = 100;

/** What is in force while recording is on. */
interface Rules {
  readonly traces: TraceRatio;
  readonly restrictions: Restrictions | undefined;
  readonly deadline: Deadline;
}

/**
 * The recording, as the pipeline sees it.
 *
 * From its deadline on recording is off, because whoever asks compares the time. A timer only tells the
 * listeners, who do not ask.
 */
export class RecordingControl implements Recording {
  #state = INITIAL;
  /** Undefined while recording is off. Its deadline may have passed. */
  #rules: Rules | undefined;
  #everEnabled = false;
  #timer: NodeJS.Timeout | undefined;
  #listeners: readonly RecordingListener[] = [];
  /** Changes that not all listeners have been told of. */
  readonly #untold: (readonly [RecordingSettings, RecordingSettings])[] = [];
  /** Changes made by listeners since somebody else made one. */
  #answers = 0;
  readonly #failures = new Episode();

  constructor(initial?: RecordingOptions) {
    this.#replace(changed(INITIAL, initial));
  }

  get settings(): RecordingSettings {
    return settingsOf(isOver(this.#state) ? ended(this.#state) : this.#state);
  }

  get enabled(): boolean {
    return this.settings.enabled;
  }

  set enabled(enabled: boolean) {
    this.set({ enabled });
  }

  get ratio(): number {
    return this.settings.ratio;
  }

  set ratio(ratio: number) {
    this.set({ ratio });
  }

  get minSeverity(): number {
    return this.settings.minSeverity;
  }

  set minSeverity(minSeverity: number) {
    this.set({ minSeverity });
  }

  get scopes(): RecordingSettings['scopes'] {
    return this.settings.scopes;
  }

  set scopes(scopes: ScopePatterns) {
    this.set({ scopes });
  }

  get until(): number {
    return this.settings.until;
  }

  set until(until: Date | number) {
    this.set({ until });
  }

  set(changes: RecordingOptions): void {
    this.#expire();
    const state = changed(this.#state, changes);
    if (this.#untold.length > 0 && ++this.#answers > MAX_ANSWERS) this.#refuseAnswer();
    else this.#change(state);
  }

  onChange(listener: RecordingListener): RecordingListenerHandle {
    if (typeof listener !== 'function') throw new TypeError(expectation('listener', 'a function', listener));
    // Wrapped, so that one given twice can be taken away once.
    const own: RecordingListener = (...change) => listener(...change);
    this.#listeners = [...this.#listeners, own];
    const close = () => {
      this.#listeners = this.#listeners.filter((other) => other !== own);
    };
    return { close, [Symbol.dispose]: close };
  }

  /** Whether recording has ever been on: before that, no span can be there because of it. */
  get everEnabled(): boolean {
    return this.#everEnabled;
  }

  /** The traces to record, or undefined while recording is off. */
  get traces(): TraceRatio | undefined {
    return this.#rules === undefined || isOver(this.#rules) ? undefined : this.#rules.traces;
  }

  /** What to leave out, or undefined if nothing is: asked for each span and log record, that costs a look. */
  get restrictions(): Restrictions | undefined {
    if (this.#rules?.restrictions === undefined || isOver(this.#rules)) return undefined;
    return this.#rules.restrictions;
  }

  #expire(): void {
    if (isOver(this.#state)) this.#change(ended(this.#state));
  }

  #change(state: RecordingState): void {
    const previous = this.#state;
    if (isDeepStrictEqual(state, previous)) return;
    const change = [settingsOf(state), settingsOf(previous)] as const;
    this.#replace(state);
    this.#tell(change);
  }

  /** The swap: everything about the new state is made before any of it is seen. */
  #replace(state: RecordingState): void {
    const { enabled, ratio, deadline } = state;
    const rules = { traces: new TraceRatio(ratio), restrictions: Restrictions.of(state), deadline };
    this.#state = state;
    this.#rules = enabled ? rules : undefined;
    this.#everEnabled ||= enabled;
    this.#plan();
  }

  /** Plans the next look at the deadline. A wall clock that is set meanwhile delays it by a minute at most. */
  #plan(): void {
    globalThis.clearTimeout(this.#timer);
    const { millisLeft } = this.#state.deadline;
    if (millisLeft === Infinity) return;
    const look = ROOT.bind(() => {
      this.#expire();
      this.#plan();
    });
    this.#timer = unref(globalThis.setTimeout(look, Math.min(Math.max(millisLeft, 1), MAX_WAIT_MILLIS)));
  }

  /** Listeners that each undo what another one set would go on for ever. All are told of what it was left at. */
  #refuseAnswer(): void {
    if (this.#answers !== MAX_ANSWERS + 1) return;
    report('warn', `listeners of the recording have set it ${MAX_ANSWERS} times in answer to a change; the rest is ignored`);
  }

  /** Each listener hears of the changes in their order, also of those that listeners make. */
  #tell(change: readonly [RecordingSettings, RecordingSettings]): void {
    this.#untold.push(change);
    if (this.#untold.length > 1) return;
    this.#failures.end();
    this.#answers = 0;
    for (; this.#untold.length > 0; this.#untold.shift()) {
      for (const listener of this.#listeners) this.#call(listener, this.#untold[0]!);
    }
  }

  #call(listener: RecordingListener, change: readonly [RecordingSettings, RecordingSettings]): void {
    const failed = (error: unknown) => this.#failures.report('a listener of the recording failed', error);
    try {
      promiseOf(listener(...change)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
