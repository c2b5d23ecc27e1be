import { types } from 'node:util';
import { SecretKeys } from './secret-keys.js';

/** Replaces a secret. */
const MASKED = '[masked]';

/** Replaces a value that cannot be read. */
const UNREADABLE = '[unreadable]';

/** Replaces a value that is too large or too deeply nested to be searched for secrets. */
const TOO_LARGE = '[too large]';

/** Longer texts are cut. */
const MAX_TEXT = 8_192;

const MAX_DEPTH = 32;

/** Maximum number of objects read in one value, and of items in all its lists. */
const MAX_OBJECTS = 2_000;

/** Returns the value to be shown. `undefined` masks it. */
export type RedactFunction = (key: string, value: unknown) => unknown;

export interface MaskingRules {
  readonly isSecret: (key: string) => boolean;
  readonly redact: RedactFunction | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Masks secrets among the members of an object, at any depth, and cuts long texts.
 *
 * Returns the object itself if nothing has to change, else a copy: objects of the SDK are never changed. Never throws:
 * a member that cannot be read is marked as unreadable.
 */
export class Masking {
  readonly #rules: MaskingRules;
  #objectsLeft = 0;

  constructor(rules: MaskingRules) {
    this.#rules = rules;
  }

  /** Attributes of a span, an event, a link or a resource. */
  members<T extends object>(object: T): T {
    try {
      return this.#plainMembers(object as Members) as T;
    } catch {
      return this.#readableMembers(object as Members) as T;
    }
  }

  /** A value without a key: the body of a log record. */
  value(value: unknown): unknown {
    try {
      this.#objectsLeft = MAX_OBJECTS;
      return this.#masked(value, 0);
    } catch {
      return UNREADABLE;
    }
  }

  text(text: string): string {
    return text.length > MAX_TEXT ? cut(text) : text;
  }

  /** Fast path for nearly all spans, whose attributes are short texts and numbers with harmless keys. */
  #plainMembers(object: Members): Members {
    const { isSecret, redact } = this.#rules;
    let copy: Record<string, unknown> | undefined;
    for (const key in object) {
      const value = object[key];
      if (typeof value !== 'object' && redact === undefined && !isSecret(key)) {
        if (typeof value !== 'string' || value.length <= MAX_TEXT) continue;
      }
      this.#objectsLeft = MAX_OBJECTS;
      const shown = this.#member(key, value, 0);
      if (shown === value || !Object.hasOwn(object, key)) continue;
      copy ??= { ...object };
      set(copy, key, shown);
    }
    return copy ?? object;
  }

  /** The same, for an object with members that throw. */
  #readableMembers(object: Members): Members {
    const copy: Record<string, unknown> = {};
    for (const key of keysOf(object)) {
      this.#objectsLeft = MAX_OBJECTS;
      set(copy, key, this.#readMember(object, key));
    }
    return copy;
  }

  #readMember(object: Members, key: string): unknown {
    try {
      return this.#member(key, object[key], 0);
    } catch {
      return UNREADABLE;
    }
  }

  #member(key: string, value: unknown, depth: number): unknown {
    const { isSecret, redact } = this.#rules;
    if (isSecret(key)) return value === undefined || value === null ? value : MASKED;
    return this.#masked(redact === undefined ? value : redacted(redact, key, value), depth);
  }

  #masked(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return this.#list(value, depth);
    if (ArrayBuffer.isView(value)) return value instanceof Uint8Array ? cutBytes(value) : value;
    if (depth >= MAX_DEPTH || --this.#objectsLeft < 0) return TOO_LARGE;
    return this.#object(value, depth);
  }

  #list(list: readonly unknown[], depth: number): unknown {
    if (depth >= MAX_DEPTH) return TOO_LARGE;
    let copy: unknown[] | undefined;
    for (const [index, item] of list.entries()) {
      const shown = this.#masked(item, depth + 1);
      if (shown === item) continue;
      copy ??= [...list];
      copy[index] = shown;
    }
    return copy ?? list;
  }

  #object(object: object, depth: number): unknown {
    if (types.isMap(object)) {
      return this.#entries(
        object,
        [...object].map(([key, value]) => [String(key), value]),
        depth,
      );
    }
    if (types.isSet(object)) return this.#list([...object], depth);
    if (types.isNativeError(object) || object instanceof Error) {
      return this.#entries(object, errorEntries(object), depth);
    }
    if (types.isDate(object) || types.isBoxedPrimitive(object)) return object;
    const form = ownForm(object);
    if (form !== object) return this.#masked(form, depth + 1);
    return this.#entries(object, Object.entries(object), depth);
  }

  /** Returns the object, or a plain copy with its secrets masked. */
  #entries(object: object, entries: readonly [string, unknown][], depth: number): unknown {
    const shown = entries.map(([key, value]) => this.#member(key, value, depth + 1));
    if (shown.every((value, index) => value === entries[index]![1])) return object;
    const copy: Record<string, unknown> = {};
    for (const [index, [key]] of entries.entries()) set(copy, key, shown[index]);
    return copy;
  }
}

/** Returns the rules for the option `redact`. */
export function rulesOf(redact: false | RedactFunction | RegExp | readonly RegExp[] | undefined): MaskingRules {
  if (redact === false) return { isSecret: () => false, redact: undefined };
  if (typeof redact === 'function') {
    const keys = new SecretKeys();
    return { isSecret: (key) => keys.has(key), redact };
  }
  const keys = new SecretKeys(redact === undefined ? [] : [redact].flat());
  return { isSecret: (key) => keys.has(key), redact: undefined };
}

/** If the user's function fails, the value is masked. */
function redacted(redact: RedactFunction, key: string, value: unknown): unknown {
  if (value === undefined) return value;
  try {
    return redact(key, value) ?? MASKED;
  } catch {
    return MASKED;
  }
}

/** The JSON form or text of an instance of a class. An object literal is returned unchanged. */
function ownForm(object: object): unknown {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return object;
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON === 'function') return toJSON.call(object);
  // oxlint-disable-next-line typescript/no-base-to-string -- recognises an object without a text of its own
  const text = String(object);
  return text.startsWith('[object ') ? object : text;
}

/** Most members of an error are not enumerable. */
function errorEntries(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  const known = { name, message, stack, ...(cause !== undefined && { cause }) };
  return Object.entries(Object.assign(known, error));
}

function keysOf(object: object): string[] {
  try {
    return Object.keys(object);
  } catch {
    return [];
  }
}

function cut(text: string): string {
  return `${text.slice(0, MAX_TEXT)}… [cut, ${text.length} characters]`;
}

function cutBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length > MAX_TEXT ? bytes.subarray(0, MAX_TEXT) : bytes;
}

/** Assigning to `__proto__` would set the prototype. */
function set(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    // oxlint-disable-next-line no-param-reassign -- a copy of this file's own
    object[key] = value;
  }
}
