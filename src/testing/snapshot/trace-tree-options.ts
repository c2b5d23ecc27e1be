import { boolean, oneOf, oneOfOrFunction, resolveOptions, type OptionsOf } from '../../support/option.js';
import type { CapturedSpan } from '../../trace/captured-span.js';

/** How `traceTree()` shows a trace. */
export interface TraceTreeOptions {
  /**
   * Which attributes of spans and events are shown, in the order of their keys:
   *
   * - `'stable'`: all, with a placeholder where the value changes from run to run (ports, ids, durations,
   *   threads, stack traces), as told by the keys of the semantic conventions
   * - `'all'` as they are, or `'none'`
   * - what a function returns: the value to show, or undefined to leave the attribute out; it gets the key,
   *   the value as `'stable'` shows it, the value itself and the span
   *
   * Default `'stable'`.
   */
  attributes?:
    | 'stable'
    | 'all'
    | 'none'
    | ((key: string, stable: unknown, value: unknown, span: CapturedSpan) => unknown);
  /**
   * How spans of one parent, and traces, follow each other: as they started, or by their names and by what
   * is in them, which is the same in each run also where spans start together. Default `'start'`.
   */
  order?: 'start' | 'name';
  /** Whether to show the events of spans. Default true. */
  events?: boolean;
  /** Whether each span is shown with its number, and not only those that others refer to. Default false. */
  ids?: boolean;
}

const OPTIONS: OptionsOf<TraceTreeOptions> = {
  attributes: oneOfOrFunction<Required<TraceTreeOptions>['attributes']>('stable', 'all', 'none'),
  order: oneOf('start', 'name'),
  events: boolean(true),
  ids: boolean(false),
};

export function traceTreeOptions(options?: TraceTreeOptions): Required<TraceTreeOptions> {
  return resolveOptions(OPTIONS, options);
}
