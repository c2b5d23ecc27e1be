import { types } from 'node:util';
import { textOf } from '../model/text-of.js';
import { boolean, millisFrom, ofType, resolveOptions, type OptionsOf } from '../support/option.js';
import { extentOf } from '../trace/extent.js';
import { plainSpan, type PlainEvent, type PlainSpan } from '../trace/plain-span.js';
import type { Trace } from '../trace/trace.js';
import { isFailed } from './describe-span.js';

/** Selects traces to print. A trace must meet all given conditions. */
export interface TraceFilter {
  /** At least one span failed, recorded an exception, or has a log event of severity ERROR or higher. Default false. */
  readonly errors?: boolean;
  /** The trace took longer than this, from the first start to the last end, in milliseconds. */
  readonly slowerThanMillis?: number;
  /** The name of at least one span matches the expression or contains the string. */
  readonly name?: RegExp | string;
}

const FILTER: OptionsOf<TraceFilter> = {
  errors: boolean(false),
  slowerThanMillis: millisFrom(0),
  name: ofType('a string or a RegExp', (value) => typeof value === 'string' || types.isRegExp(value)),
};

/** The lowest severity number of ERROR (logs data model). */
const ERROR_SEVERITY = 17;

/** Maximum characters of a name that are matched. */
const MAX_NAME = 1_000;

/** Returns a predicate for the traces to print. */
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

/** @throws TypeError or RangeError for an invalid option `only` */
export function checkTraceFilter(only: TraceFilter): void {
  resolveOptions(FILTER, only, 'only');
}

/** Removes the flags `g` and `y`, with which a RegExp keeps state between calls. */
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
