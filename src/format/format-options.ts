import type { ReadableSpan } from '../model/otel.js';
import { boolean, integerFrom, oneOfOrFunction, resolverOf, text, type OptionsOf } from '../support/option.js';

/** Options of `formatTrace()`. */
export interface FormatTraceOptions<S = ReadableSpan> {
  /**
   * Whether to colour the text with ANSI escape sequences. For standard output, use `process.stdout.hasColors?.() ??
   * false`, which respects `NO_COLOR`, `FORCE_COLOR` and pipes. Default false.
   */
  colors?: boolean;
  /**
   * Maximum width of a line in columns; longer names, messages and values are truncated. An integer of at least 40,
   * usually `process.stdout.columns`. Default 100.
   */
  width?: number;
  /** Whether to draw each span as a bar on a timeline. Default true. */
  timeline?: boolean;
  /** Whether to show the events of spans, including log events. Default true. */
  events?: boolean;
  /**
   * The attributes of spans and events to show:
   *
   * - `'telling'`: the application's own attributes, and the attributes of OpenTelemetry's semantic conventions that
   *   describe the operation (route, status code, query …) and are not part of the span's name
   * - `'all'`: all attributes, including stack traces
   * - `'none'`: no attributes
   * - a function: the attributes for which it returns true, called with the key and the span
   *
   * Default `'telling'`.
   */
  attributes?: 'telling' | 'all' | 'none' | ((key: string, span: S) => boolean);
  /**
   * Whether to leave out spans that only describe a layer of a web framework (middleware, routers, hooks) or the
   * opening of a connection. The span above shows a count. Such spans are still shown if they failed, are open,
   * take much time, or have events or attributes set by the application. Default true.
   */
  fold?: boolean;
  /** Text at the end of the first line, such as the name of the service. Default `''`. */
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

export const formatTraceOptions = resolverOf(FORMAT_OPTIONS);
