import { textOf } from '../model/text-of.js';
import { isRecord } from '../support/option.js';
import type { Trace } from '../trace/trace.js';
import { isFailed } from './describe-span.js';
import { Timeline } from './timeline.js';
import { plainSpan, type PlainEvent, type PlainSpan } from '../trace/plain-span.js';

/** Which traces are printed: those for which all that is given holds. */
export interface TraceFilter {
  /** A span failed, recorded an exception, or has a log line of severity ERROR or worse. */
  readonly errors?: boolean;
  /** From the first start to the last end, the trace took longer than this many milliseconds. */
  readonly slowerThanMillis?: number;
  /** The name of a span matches, or has this text in it. */
  readonly name?: RegExp | string;
}

/** Severity numbers of ERROR and FATAL begin here (logs data model). */
const ERROR_SEVERITY = 17;

/** Characters of a name that are looked at. */
const MAX_NAME = 1_000;

/** A function that says whether a trace is to be printed. */
export function traceFilter({ errors, slowerThanMillis, name }: TraceFilter): (trace: Trace) => boolean {
  const matches = name === undefined ? undefined : nameMatcher(name);
  if (!errors && slowerThanMillis === undefined && matches === undefined) return () => true;
  return (trace) => {
    const views = trace.spans.map(plainSpan);
    if (slowerThanMillis !== undefined && new Timeline(views, 0).nanos <= slowerThanMillis * 1e6) return false;
    if (errors && !views.some(hasError)) return false;
    return matches === undefined || views.some((view) => matches(textOf(view.name, MAX_NAME)));
  };
}

export function isTraceFilter(value: unknown): value is TraceFilter {
  if (!isRecord(value)) return false;
  const { errors, slowerThanMillis, name, ...others } = value;
  return (
    (errors === undefined || typeof errors === 'boolean') &&
    (slowerThanMillis === undefined || (typeof slowerThanMillis === 'number' && slowerThanMillis >= 0)) &&
    (name === undefined || typeof name === 'string' || name instanceof RegExp) &&
    Object.keys(others).length === 0
  );
}

/** A pattern that keeps no place in the text before. */
function nameMatcher(name: RegExp | string): (text: string) => boolean {
  if (typeof name === 'string') return (text) => text.includes(name);
  const pattern = new RegExp(name.source, name.flags.replaceAll(/[gy]/g, ''));
  return (text) => pattern.test(text);
}

function hasError(view: PlainSpan): boolean {
  return isFailed(view) || view.events.some(isError);
}

function isError({ name, isLog, severityNumber = 0 }: PlainEvent): boolean {
  return isLog ? severityNumber >= ERROR_SEVERITY : name === 'exception';
}
