/** The rejected part of a request. */
export interface Rejected {
  readonly count: number;
  readonly message: string;
}

/** Bodies of answers in one of the two encodings of OTLP/HTTP. */
export interface OtlpAnswers {
  readonly contentType: string;
  /** `ExportTraceServiceResponse` or `ExportLogsServiceResponse`, with a partial success if a part was rejected. */
  success(signal: 'traces' | 'logs', rejected: Rejected | undefined): Uint8Array;
  /** `google.rpc.Status`. */
  failure(message: string): Uint8Array;
}

const REJECTED = { traces: 'rejectedSpans', logs: 'rejectedLogRecords' } as const;

const JSON_ANSWERS: OtlpAnswers = {
  contentType: 'application/json',
  success(signal, rejected) {
    if (rejected === undefined) return jsonBytes({});
    const { count, message } = rejected;
    return jsonBytes({ partialSuccess: { [REJECTED[signal]]: String(count), errorMessage: message } });
  },
  failure: (message) => jsonBytes({ message }),
};

const PROTOBUF_ANSWERS: OtlpAnswers = {
  contentType: 'application/x-protobuf',
  success(_signal, rejected) {
    if (rejected === undefined) return new Uint8Array();
    const { count, message } = rejected;
    // The field numbers are the same for both signals.
    const partial = Buffer.concat([Buffer.from([0x08]), varint(count), field(2, Buffer.from(message))]);
    return field(1, partial);
  },
  failure: (message) => field(2, Buffer.from(message)),
};

/** The answers in the encoding of a request; undefined for another content type. */
export function answersFor(contentType: string | undefined): OtlpAnswers | undefined {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return [JSON_ANSWERS, PROTOBUF_ANSWERS].find((answers) => answers.contentType === mediaType);
}

function jsonBytes(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** A field of bytes, with a number below 16. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  return Uint8Array.from([...bytes, left]);
}
