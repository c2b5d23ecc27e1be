import type { StackRow } from '../api/schemas.js';
import type { ExampleTrace, TimeWindow } from '../engine/contract.js';
import { cellOf, octaveOf } from './histogram.js';

/** Example traces for calls of one octave. */
interface OctaveExamples {
  readonly octave: number;
  newest: ExampleTrace;
  newestAt: number;
  /** Whether it counts as a use of the trace. */
  holdsNewest: boolean;
  slowest: ExampleTrace;
  slowestAt: number;
  slowestMillis: number;
  holdsSlowest: boolean;
  error: ExampleTrace | undefined;
  errorAt: number;
}

/**
 * Example traces for the calls of one node: in each octave of duration, the newest, the slowest and the newest failed
 * one.
 *
 * The history keeps the traces that `choose()` may return for a window up to now: the last failed one, and the newest
 * and the slowest ones after which no call of a higher octave came. Only these count as uses. A trace that is gone is
 * not offered.
 */
export class Examples {
  /** A list, because the calls of one node are in few octaves. */
  readonly #octaves: OctaveExamples[] = [];
  #lastError: ExampleTrace | undefined;

  add(trace: ExampleTrace, duration: number, hasFailed: boolean, now: number): void {
    // Held meanwhile, so that it does not leave when it takes over a use from itself.
    trace.uses++;
    this.#take(trace, duration, hasFailed, now);
    trace.uses--;
  }

  #take(trace: ExampleTrace, duration: number, hasFailed: boolean, now: number): void {
    const octave = octaveOf(cellOf(duration));
    let examples: OctaveExamples | undefined;
    for (const each of this.#octaves) {
      if (each.octave === octave) examples = each;
      else if (each.holdsNewest && each.octave < octave) letGo(each);
    }
    if (examples === undefined) {
      examples = {
        octave,
        newest: trace,
        newestAt: now,
        holdsNewest: false,
        slowest: trace,
        slowestAt: now,
        slowestMillis: duration,
        holdsSlowest: false,
        error: undefined,
        errorAt: -Infinity,
      };
      this.#octaves.push(examples);
    }
    if (examples.holdsNewest) examples.newest.uses--;
    examples.newest = trace;
    examples.newestAt = now;
    examples.holdsNewest = true;
    trace.uses++;
    if (duration >= examples.slowestMillis) {
      if (examples.holdsSlowest) examples.slowest.uses--;
      examples.slowest = trace;
      examples.slowestAt = now;
      examples.slowestMillis = duration;
      examples.holdsSlowest = true;
      trace.uses++;
    }
    if (!hasFailed) return;
    examples.error = trace;
    examples.errorAt = now;
    if (this.#lastError !== undefined) this.#lastError.uses--;
    this.#lastError = trace;
    trace.uses++;
  }

  /**
   * Examples from the window if there are any, else from any time. If the slowest call of the window's highest octave
   * was before the window or is gone, the newest of that octave replaces it: it took at least half as long. If the
   * slowest is found gone, the next call added replaces it.
   */
  choose(window: TimeWindow): StackRow['examples'] {
    const isIn = (at: number) => at >= window.from && at < window.to;
    const octaves = this.#octaves.toSorted((a, b) => b.octave - a.octave);
    for (const examples of octaves) if (examples.slowest.isGone) examples.slowestMillis = 0;
    const newest = octaves.map(({ newest: trace, newestAt: at }) => ({ trace, at }));
    const slowest = octaves.flatMap(({ slowest: trace, slowestAt: at }, index) => [{ trace, at }, newest[index]!]);
    const errors = octaves.flatMap(({ error: trace, errorAt: at }) => (trace === undefined ? [] : [{ trace, at }]));
    return {
      newest: firstOf(byTime(newest), isIn),
      slowest: firstOf(slowest, isIn),
      newestError: firstOf(byTime(errors), isIn),
    };
  }

  /** Gives up all uses. */
  release(): void {
    for (const examples of this.#octaves) letGo(examples);
    if (this.#lastError !== undefined) this.#lastError.uses--;
    this.#lastError = undefined;
  }
}

interface Example {
  readonly trace: ExampleTrace;
  readonly at: number;
}

function letGo(examples: OctaveExamples): void {
  if (examples.holdsNewest) examples.newest.uses--;
  if (examples.holdsSlowest) examples.slowest.uses--;
  examples.holdsNewest = examples.holdsSlowest = false;
}

function byTime(examples: readonly Example[]): Example[] {
  return examples.toSorted((a, b) => b.at - a.at);
}

/** Id of the first example from the window, else of the first one. */
function firstOf(examples: readonly Example[], isIn: (at: number) => boolean): string | null {
  const there = examples.filter(({ trace }) => !trace.isGone);
  return (there.find(({ at }) => isIn(at)) ?? there[0])?.trace.traceId ?? null;
}
