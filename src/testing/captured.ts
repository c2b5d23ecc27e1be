export type {
  CapturedEvent,
  CapturedLink,
  CapturedLog,
  CapturedNode,
  CapturedSpan,
  CapturedTrace,
  SpanKindName,
  SpanStatusName,
} from '../trace/captured-span.js';
