import type { StackRow } from '../api/schemas.js';
import type { TimeWindow } from '../engine/contract.js';
import { cellOf, octaveOf } from './histogram.js';

/** Ids of example traces for calls of one octave. */
interface OctaveExamples {
  readonly octave: number;
  newest: string;
  newestAt: number;
  slowest: string;
  slowestAt: number;
  slowestMillis: number;
  error: string | undefined;
  errorAt: number;
}

/**
 * Ids of example traces for the calls of one node: in each octave of duration, the newest, the slowest and the newest
 * failed one.
 */
export class Examples {
  /** A list, because the calls of one node are in few octaves. */
  readonly #octaves: OctaveExamples[] = [];

  add(traceId: string, duration: number, hasFailed: boolean, now: number): void {
    const octave = octaveOf(cellOf(duration));
    let examples = this.#octaves.find((known) => known.octave === octave);
    if (examples === undefined) {
      examples = {
        octave,
        newest: traceId,
        newestAt: now,
        slowest: traceId,
        slowestAt: now,
        slowestMillis: duration,
        error: undefined,
        errorAt: -Infinity,
      };
      this.#octaves.push(examples);
    }
    examples.newest = traceId;
    examples.newestAt = now;
    if (duration >= examples.slowestMillis) {
      examples.slowest = traceId;
      examples.slowestAt = now;
      examples.slowestMillis = duration;
    }
    if (hasFailed) {
      examples.error = traceId;
      examples.errorAt = now;
    }
  }

  /**
   * Examples from the window if there are any, else from any time. If the slowest call of the window's highest octave
   * was before the window, the newest of that octave replaces it: it took at least half as long.
   */
  choose(window: TimeWindow): StackRow['examples'] {
    const octaves = this.#octaves.toSorted((a, b) => b.octave - a.octave);
    const isIn = (at: number) => at >= window.from && at < window.to;
    const highest = octaves.find(({ slowestAt, newestAt }) => isIn(slowestAt) || isIn(newestAt));
    const slowest =
      highest === undefined || isIn(highest.slowestAt) ? (highest ?? octaves[0])?.slowest : highest.newest;
    return {
      newest: latest(octaves, ({ newestAt }) => newestAt, isIn)?.newest ?? null,
      slowest: slowest ?? null,
      newestError:
        latest(
          octaves.filter(({ error }) => error !== undefined),
          ({ errorAt }) => errorAt,
          isIn,
        )?.error ?? null,
    };
  }
}

function latest(
  octaves: readonly OctaveExamples[],
  at: (examples: OctaveExamples) => number,
  isIn: (at: number) => boolean,
): OctaveExamples | undefined {
  const inWindow = octaves.filter((examples) => isIn(at(examples)));
  const candidates = inWindow.length > 0 ? inWindow : octaves;
  return candidates.toSorted((a, b) => at(b) - at(a))[0];
}
