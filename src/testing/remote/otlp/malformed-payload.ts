/** A payload is not what its content type says, or not OTLP. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
}

/** Messages nest this deep, values in values included; what is deeper is refused. Protobuf's own limit. */
export const MAX_DEPTH = 100;

export function tooDeep(): MalformedPayload {
  return new MalformedPayload(`more than ${MAX_DEPTH} messages inside one another`);
}
