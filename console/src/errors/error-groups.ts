import { httpStatusOf } from '../analysis/exceptions.js';
import type { ErrorGroup } from '../api/schemas.js';
import type { ErrorsContract, TimeWindow } from '../engine/contract.js';
import type { TraceRow } from '../model/trace-row.js';
import { cutText } from '../model/text.js';
import { CountSeries } from './count-series.js';
import { occurrencesIn, type Occurrence } from './occurrences.js';
import { applicationFrame } from './stack-frame.js';

const MAX_TRACES = 20;
const SPARK_PARTS = 30;
const MAX_TYPE = 200;
const MAX_MESSAGE = 2_000;

interface Group {
  readonly id: number;
  readonly type: string;
  readonly message: string;
  readonly frame: string | undefined;
  readonly firstSeen: number;
  lastSeen: number;
  latest: ErrorGroup['latest'];
  /** All occurrences since the group was created. */
  count: number;
  /** Newest last. */
  readonly traces: string[];
  readonly series: CountSeries;
}

/**
 * Groups similar errors by exception type, by message without numbers, ids and quoted text, and by the first frame of
 * the application.
 *
 * Keeps at most `maxGroups`. Past that, the group seen least recently is dropped, and its occurrences count as folded.
 */
export class ErrorGroups implements ErrorsContract {
  readonly #maxGroups: number;
  /** Least recently seen first. */
  readonly #groups = new Map<string, Group>();
  #lastId = 0;
  /** Arrival of the first trace. */
  #since: number | undefined;
  #folded = 0;

  constructor({ maxGroups = 500 }: { maxGroups?: number } = {}) {
    this.#maxGroups = maxGroups;
  }

  add(trace: TraceRow, now: number): void {
    this.#since ??= now;
    if (!mayHaveErrors(trace)) return;
    for (const occurrence of occurrencesIn(trace)) this.#add(occurrence, now);
  }

  /**
   * The groups with occurrences in the window, most recently seen first. `count` is the number in the window,
   * `perMinute` the rate since the first trace in it, or in the last minute.
   */
  groups(window: TimeWindow, now: number): readonly ErrorGroup[] {
    const to = Math.min(window.to, Math.ceil(now));
    const from = Math.max(window.from, Math.min(this.#since ?? to, to - 60_000));
    const minutes = Math.max(1, to - from) / 60_000;
    return [...this.#groups.values()].reverse().flatMap((group) => {
      const count = group.series.countIn(window);
      return count === 0 ? [] : [toErrorGroup(group, count, count / minutes, window)];
    });
  }

  clear(): void {
    this.#groups.clear();
    this.#since = undefined;
    this.#folded = 0;
  }

  /** `folded` counts the occurrences of groups that were dropped. */
  stats(): { groups: number; maxGroups: number; folded: number } {
    return { groups: this.#groups.size, maxGroups: this.#maxGroups, folded: this.#folded };
  }

  #add(occurrence: Occurrence, now: number): void {
    const type = cutText(occurrence.type, MAX_TYPE);
    const message = cutText(occurrence.shape, MAX_MESSAGE);
    const frame = occurrence.stack === undefined ? undefined : applicationFrame(occurrence.stack);
    const key = `${type}\0${message}\0${frame ?? ''}`;
    const latest = latestOf(occurrence);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const id = ++this.#lastId;
      const series = new CountSeries();
      group = { id, type, message, frame, firstSeen: now, lastSeen: now, latest, count: 0, traces: [], series };
    } else this.#groups.delete(key);
    this.#groups.set(key, group);
    see(group, latest, now);
    if (this.#groups.size > this.#maxGroups) this.#fold();
  }

  #fold(): void {
    const [oldest] = this.#groups;
    this.#groups.delete(oldest![0]);
    this.#folded += oldest![1].count;
  }
}

/** Whether a trace may have errors. This avoids reading most traces. */
function mayHaveErrors({ failed, spans }: TraceRow): boolean {
  return failed > 0 || spans.some((span) => span.events.length > 0 || (httpStatusOf(span) ?? 0) >= 500);
}

function see(group: Group, latest: ErrorGroup['latest'], now: number): void {
  group.lastSeen = Math.max(group.lastSeen, now);
  group.latest = latest;
  group.count++;
  group.series.add(now);
  if (group.traces.at(-1) === latest.traceId) return;
  const earlier = group.traces.indexOf(latest.traceId);
  if (earlier >= 0) group.traces.splice(earlier, 1);
  else if (group.traces.length === MAX_TRACES) group.traces.shift();
  group.traces.push(latest.traceId);
}

/** Keeps only texts, because the row of the span must not outlive the history. */
function latestOf({ message, stack, span }: Occurrence): ErrorGroup['latest'] {
  const { name, traceId, spanId } = span;
  return { message: cutText(message, MAX_MESSAGE), stack: stack ?? null, span: name, traceId, spanId };
}

function toErrorGroup(group: Group, count: number, perMinute: number, window: TimeWindow): ErrorGroup {
  const { id, type, message, frame, firstSeen, lastSeen, latest, traces, series } = group;
  return {
    id,
    type,
    message,
    frame: frame ?? null,
    count,
    perMinute,
    firstSeen,
    lastSeen,
    latest,
    traces: traces.toReversed(),
    spark: series.spark(window, SPARK_PARTS),
    before: null,
  };
}
