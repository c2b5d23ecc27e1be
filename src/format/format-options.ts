import type { ReadableSpan } from '../model/otel.js';
import {
  boolean,
  integerFrom,
  oneOfOrFunction,
  resolveOptions,
  text,
  type OptionsOf,
} from '../support/option.js';

/** How `formatTrace()` shows a trace. */
export interface FormatTraceOptions<S = ReadableSpan> {
  /**
   * Whether to colour with ANSI escape sequences. `process.stdout.hasColors?.() ?? false` is the right
   * value for standard output: it respects `NO_COLOR`, `FORCE_COLOR` and pipes. Default false: pure text.
   */
  colors?: boolean;
  /**
   * Columns that no line exceeds; longer names, messages and values are cut. An integer from 40, usually
   * `process.stdout.columns`. Default 100.
   */
  width?: number;
  /** Whether to draw each span's share of the trace's time. Default true. */
  timeline?: boolean;
  /** Whether to show the spans' events, log events among them. Default true. */
  events?: boolean;
  /**
   * Which attributes of spans and of events are shown:
   *
   * - `'telling'`: the application's own, and of OpenTelemetry's semantic conventions those that say what
   *   was done (route, status code, query …), unless the span's name says it
   * - `'all'`, stack traces included, or `'none'`
   * - those for which a function returns true; it gets the key and the span
   *
   * Default `'telling'`.
   */
  attributes?: 'telling' | 'all' | 'none' | ((key: string, span: S) => boolean);
  /**
   * Whether to leave out spans that only show which layers of a web framework a request has passed (middleware,
   * routers, hooks), or that a connection was made. The span above says how many there were. Those that failed,
   * are slow by themselves, or have events or attributes of the application's own are shown. Default true.
   */
  fold?: boolean;
  /** Text at the end of the first line, such as the name of the service. Default none. */
  label?: string;
}

export const FORMAT_OPTIONS: OptionsOf<FormatTraceOptions> = {
  colors: boolean(false),
  width: integerFrom(40, 100),
  timeline: boolean(true),
  events: boolean(true),
  attributes: oneOfOrFunction<Required<FormatTraceOptions>['attributes']>('telling', 'all', 'none'),
  fold: boolean(true),
  label: text(''),
};

export function formatTraceOptions(options?: FormatTraceOptions<never>): Required<FormatTraceOptions> {
  return resolveOptions(FORMAT_OPTIONS, options as FormatTraceOptions);
}
