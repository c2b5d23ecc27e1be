const PER_MILLI = 1_000_000;

/** Milliseconds since the Unix epoch, with fractions, as whole nanoseconds. */
export function toNanos(millis: number): bigint {
  const whole = Math.floor(millis);
  return BigInt(whole) * BigInt(PER_MILLI) + BigInt(Math.round((millis - whole) * PER_MILLI));
}

/** Nanoseconds as milliseconds, with fractions. */
export function toMillis(nanos: bigint): number {
  const perMilli = BigInt(PER_MILLI);
  return Number(nanos / perMilli) + Number(nanos % perMilli) / PER_MILLI;
}
