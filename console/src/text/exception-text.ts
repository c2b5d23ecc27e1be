type Attributes = Readonly<Record<string, unknown>>;

/**
 * Type of a recorded exception.
 *
 * The SDK records an error's `code` in place of its name. A number explains nothing, so the name at the start of the
 * stack trace replaces it.
 */
export function exceptionType(attributes: Attributes): string | undefined {
  const type = textIn(attributes['exception.type']);
  if (type === undefined || !/^-?\d+$/.test(type)) return type;
  const [, name] =
    /^([A-Za-z_$][\w$.]*)(?: \[\w+\])?(?::|\n|$)/.exec(textIn(attributes['exception.stacktrace']) ?? '') ?? [];
  return name ?? type;
}

/** The type and message of an exception on one line; empty for an event without them. */
export function exceptionText(attributes: Attributes): string {
  return [exceptionType(attributes), textIn(attributes['exception.message'])].filter(Boolean).join(': ');
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
