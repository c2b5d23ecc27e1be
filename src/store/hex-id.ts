/** The value of a lower-case hex digit by its character code; negative for every other character. */
const DIGITS = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) DIGITS[value.toString(16).charCodeAt(0)] = value;

/**
 * Writes an id as bytes, two digits each. Only lower-case hex digits of just that length come back the same by
 * `readHexId`: for any other text it returns false, and what it wrote means nothing.
 */
export function writeHexId(id: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (typeof id !== 'string' || id.length !== 2 * length) return false;
  let sign = 0;
  for (let i = 0; i < length; i++) {
    const byte = (digitAt(id, 2 * i) << 4) | digitAt(id, 2 * i + 1);
    bytes[start + i] = byte;
    sign |= byte;
  }
  return sign >= 0;
}

export function readHexId(bytes: Buffer, start: number, length: number): string {
  return bytes.toString('hex', start, start + length);
}

function digitAt(id: string, at: number): number {
  const code = id.charCodeAt(at);
  return code < 128 ? DIGITS[code]! : -1;
}
