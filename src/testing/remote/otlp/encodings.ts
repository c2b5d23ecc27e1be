import { decodeJson } from './decode-json.js';
import { decodeProtobuf } from './decode-protobuf.js';
import { spendJsonElements } from './json-elements.js';
import type { ElementBudget } from './payload-limits.js';
import type { Message } from './schema.js';

/** The two forms of OTLP over HTTP. */
export interface Encoding {
  readonly contentType: string;
  /** @throws MalformedPayload, TooManyElements, and what `JSON.parse` throws */
  decode(message: Message, body: Uint8Array, budget: ElementBudget): object;
  /** The answer to a request of which everything was taken in. */
  readonly success: Uint8Array;
  /** `google.rpc.Status`, with a message of at most 127 bytes. */
  failure(message: string): Uint8Array;
}

const JSON_ENCODING: Encoding = {
  contentType: 'application/json',
  decode(message, body, budget) {
    spendJsonElements(body, budget);
    return decodeJson(message, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)), budget);
  },
  success: new TextEncoder().encode('{}'),
  failure: (message) => Buffer.from(JSON.stringify({ message })),
};

const PROTOBUF_ENCODING: Encoding = {
  contentType: 'application/x-protobuf',
  decode: decodeProtobuf,
  success: new Uint8Array(),
  failure: (message) => {
    const text = Buffer.from(message).subarray(0, 127);
    // Field 2, whose length takes one byte.
    return Buffer.concat([Buffer.from([0x12, text.length]), text]);
  },
};

/** By the value of a content type header, which may have parameters. */
export function encodingOf(contentType = ''): Encoding | undefined {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  return [JSON_ENCODING, PROTOBUF_ENCODING].find((encoding) => encoding.contentType === mediaType);
}
