/** Where in the bytes of a row what is. */
export const Byte = {
  TRACE_ID: 0,
  SPAN_ID: 16,
  PARENT_SPAN_ID: 24,
  KIND: 32,
  CONTEXT_FORM: 33,
  TRACE_FLAGS: 34,
  PARENT_FORM: 35,
  PARENT_TRACE_FLAGS: 36,
  PARTS: 37,
} as const;
export const ROW_BYTES = 38;

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

/** Where in the times of a row what is: seconds, then nanoseconds. */
export const Time = { START: 0, END: 2, DURATION: 4 } as const;
export const ROW_TIMES = 6;

/** What is among the values of a row only if the span has it: a bit each. */
export const Part = {
  /** A status other than that of a span of which none was set. */
  STATUS: 1,
  ATTRIBUTES: 2,
  /** The attributes as the object that they are. */
  KEPT_ATTRIBUTES: 4,
  LINKS: 8,
  EVENTS: 16,
  /** The dropped counts and the revision. */
  COUNTS: 32,
  /** The span as the object that it is, and nothing else. */
  KEPT_SPAN: 64,
} as const;

/** The storage of a segment. What it means is known to `writeSpan` and `readSpan`. */
export class Columns {
  readonly bytes: Buffer;
  readonly times: Float64Array;
  /** What is no number, of all rows, one after the other. */
  values: unknown[] = [];
  /** How many values there are. The list may be longer, with room for others. */
  end = 0;

  constructor(rows: number) {
    this.bytes = Buffer.alloc(rows * ROW_BYTES);
    this.times = new Float64Array(rows * ROW_TIMES);
  }

  put(value: unknown): void {
    this.values[this.end++] = value;
  }

  /** Gives back the room for other values. */
  trim(): void {
    this.values = this.values.slice(0, this.end);
  }
}

/** Whether a number can be written as a byte. */
export function isByte(value: number): boolean {
  return (value & 0xff) === value;
}
