import { decodeJson } from './decode-json.js';
import { decodeProtobuf } from './decode-protobuf.js';
import type { ElementBudget } from './payload-limits.js';
import type { Message } from './schema.js';

/** An encoding of OTLP/HTTP: protobuf or JSON. */
export interface Encoding {
  readonly contentType: string;
  /** @throws MalformedPayload, TooManyElements, or an error of `JSON.parse()` or `TextDecoder` */
  decode(message: Message, body: Uint8Array, budget: ElementBudget): object;
  /** Body of the answer to an accepted request. */
  readonly success: Uint8Array;
  /** Body of the answer to a rejected request: a `google.rpc.Status`. */
  failure(message: string): Uint8Array;
}

const JSON_ENCODING: Encoding = {
  contentType: 'application/json',
  decode: decodeJson,
  success: new TextEncoder().encode('{}'),
  failure: (message) => Buffer.from(JSON.stringify({ message })),
};

const PROTOBUF_ENCODING: Encoding = {
  contentType: 'application/x-protobuf',
  decode: decodeProtobuf,
  success: new Uint8Array(),
  failure: (message) => {
    const text = Buffer.from(message).subarray(0, 127);
    // Field 2, `message`, cut so that its length takes one byte.
    return Buffer.concat([Buffer.from([0x12, text.length]), text]);
  },
};

/** The encoding for a `content-type` header, whose parameters are ignored. */
export function encodingOf(contentType = ''): Encoding | undefined {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  return [JSON_ENCODING, PROTOBUF_ENCODING].find((encoding) => encoding.contentType === mediaType);
}
