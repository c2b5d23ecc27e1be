import type {
  CapturedEvent,
  CapturedLink,
  CapturedLog,
  CapturedNode,
  CapturedSpan,
  CapturedTrace,
} from '../../src/trace/captured-span.js';
import { nodesOf } from '../../src/trace/walk.js';

/** Description of a span, with the spans below it. */
export interface Sketch extends Partial<Omit<CapturedSpan, 'events' | 'links'>> {
  events?: (Partial<CapturedEvent> | string)[];
  links?: Partial<CapturedLink>[];
  children?: (Sketch | string)[];
}

const TRACE_ID = '5b8efff798038103d269b633813fc60c';

/** A captured trace, its spans one millisecond apart, with ids that count up. */
export function traceOf(...roots: (Sketch | string)[]): CapturedTrace {
  return traceWithId(TRACE_ID, ...roots);
}

export function traceWithId(traceId: string, ...roots: (Sketch | string)[]): CapturedTrace {
  let spans = 0;
  const nodeOf = (sketch: Sketch | string, parentSpanId?: string): CapturedNode => {
    const { children = [], events = [], links = [], ...rest } = typeof sketch === 'string' ? { name: sketch } : sketch;
    const number = ++spans;
    const spanId = number.toString(16).padStart(16, '0');
    return Object.freeze({
      name: 'span',
      kind: 'internal',
      status: 'unset',
      statusMessage: '',
      traceId,
      spanId,
      parentSpanId,
      parentIsRemote: false,
      startTime: 1_700_000_000_000 + number,
      durationMillis: rest.ended === false ? undefined : 5,
      ended: true,
      attributes: {},
      scope: 'test',
      ...rest,
      events: events.map((event) => ({
        name: 'event',
        time: 1_700_000_000_000,
        attributes: {},
        ...(typeof event === 'string' ? { name: event } : event),
      })),
      links: links.map((link) => ({ traceId, spanId, attributes: {}, ...link })),
      children: children.map((child) => nodeOf(child, spanId)),
    });
  };
  const nodes = roots.map((root) => nodeOf(root));
  return { traceId, roots: nodes, spans: nodesOf(nodes) };
}

export function logOf(log: Partial<CapturedLog>, span?: CapturedSpan): CapturedLog {
  return {
    eventName: undefined,
    body: undefined,
    severity: 'INFO',
    severityNumber: 9,
    time: 1_700_000_000_000,
    attributes: {},
    traceId: span?.traceId,
    spanId: span?.spanId,
    scope: 'test',
    ...log,
  };
}
