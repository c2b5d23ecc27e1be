import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Encoding } from './encoding.js';
import { envelopeOf } from './envelope.js';
import { MARKER, ordersOf, SPANS_PER_ORDER } from './orders.js';

/** Near the 512 spans of a `BatchSpanProcessor`. */
const ORDERS_PER_REQUEST = 50;

const HEX = Buffer.from(MARKER, 'latin1');
const BINARY = Buffer.from(MARKER, 'hex');

/** Counted across all templates: no id is sent twice, in any encoding. */
let copies = 0;

/** Bodies of requests, encoded once. Each copy gets ids of its own, which costs the sender next to nothing. */
export class Template {
  readonly spans: number;
  readonly #body: Buffer;
  readonly #marker: Buffer;
  readonly #places: readonly number[];

  /** An envelope has one trace, as Sentry's SDKs send them; an OTLP request has 50. */
  constructor(encoding: Encoding) {
    const orders = encoding === 'sentry' ? 1 : ORDERS_PER_REQUEST;
    this.spans = orders * SPANS_PER_ORDER;
    this.#body = encode(encoding, orders);
    this.#marker = encoding === 'otlp-protobuf' ? BINARY : HEX;
    this.#places = placesOf(this.#marker, this.#body);
  }

  next(): Buffer {
    const copy = Buffer.from(this.#body);
    const id = (++copies).toString(16).padStart(MARKER.length, '0');
    const written = Buffer.from(id, this.#marker === BINARY ? 'hex' : 'latin1');
    for (const place of this.#places) written.copy(copy, place);
    return copy;
  }
}

function encode(encoding: Encoding, orders: number): Buffer {
  const spans = ordersOf(orders);
  if (encoding === 'sentry') return envelopeOf(spans);
  const serializer = encoding === 'otlp-json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  return Buffer.from(serializer.serializeRequest(spans)!);
}

function placesOf(marker: Buffer, body: Buffer): number[] {
  const places: number[] = [];
  for (let at = body.indexOf(marker); at >= 0; at = body.indexOf(marker, at + marker.length)) places.push(at);
  return places;
}
