import { types } from 'node:util';
import { textOf } from '../model/text-of.js';
import { boolean, millisFrom, ofType, resolveOptions, type OptionsOf } from '../support/option.js';
import { extentOf } from '../trace/extent.js';
import { plainSpan, type PlainEvent, type PlainSpan } from '../trace/plain-span.js';
import type { Trace } from '../trace/trace.js';
import { isFailed } from './describe-span.js';

/** Which traces are printed: those for which all that is given holds. */
export interface TraceFilter {
  /** A span failed, recorded an exception, or has a log line of severity ERROR or worse. */
  readonly errors?: boolean;
  /** From the first start to the last end, the trace took longer than this many milliseconds. */
  readonly slowerThanMillis?: number;
  /** The name of a span matches, or has this text in it. */
  readonly name?: RegExp | string;
}

const FILTER: OptionsOf<TraceFilter> = {
  errors: boolean(false),
  slowerThanMillis: { ...millisFrom(0, 0), fallback: undefined as never },
  name: ofType('a text or a regular expression', (value) => typeof value === 'string' || types.isRegExp(value)),
};

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
    if (slowerThanMillis !== undefined && extentOf(views).nanos <= slowerThanMillis * 1e6) return false;
    if (errors && !views.some(hasError)) return false;
    return matches === undefined || views.some((view) => matches(textOf(view.name, MAX_NAME)));
  };
}

/** @throws TypeError or RangeError for what is wrong in the option `only` */
export function checkTraceFilter(only: TraceFilter): void {
  resolveOptions(FILTER, only, 'only');
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
  return name === 'exception' || (isLog && severityNumber >= ERROR_SEVERITY);
}
