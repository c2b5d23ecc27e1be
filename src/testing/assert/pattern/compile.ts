import { inspect } from 'node:util';
import { expectation } from '../../../support/option.js';
import { run, type Task } from '../task.js';
import { expectationOf, listCheck } from './expectation.js';
import type { Check, Expectation, KeysCheck, LeafCheck, ListCheck, NotCheck, Relation, Wanted } from './expectation.js';
import { absentLeaf, compileLeaf, isPlainObject } from './leaf.js';
import { attributesOf, isException, LOG, SPAN, type Shape } from './shape.js';
import type { LogPattern, SpanPattern } from './pattern.js';
import { exactItems, isAbsent, orderedItems } from './wrappers.js';

/**
 * Compiles a pattern for one span.
 *
 * @throws TypeError with the path of the mistake in the pattern, as do the other functions here
 */
export function compileSpan(pattern: SpanPattern, exact = false): Expectation {
  return run(new Compiler(SPAN).compile(pattern, 'pattern', exact));
}

/** Compiles a pattern for spans, which may have `times`. */
export function compileSpans(pattern: SpanPattern): Wanted {
  return run(new Compiler(SPAN).compileElement(pattern, 'pattern', false));
}

/** Compiles a pattern for one log record. */
export function compileLog(pattern: LogPattern): Expectation {
  return run(new Compiler(LOG).compile(pattern, 'pattern', false));
}

/** Compiles a pattern for log records, which may have `times`. */
export function compileLogs(pattern: LogPattern): Wanted {
  return run(new Compiler(LOG).compileElement(pattern, 'pattern', false));
}

type Entries = Readonly<Record<string, unknown>>;

/** Compiles patterns for one kind of record. Rejects keys and values that would have no effect. */
class Compiler {
  readonly #shape: Shape;
  /** The patterns that enclose the current one, to detect cycles. */
  readonly #around: Set<object>;

  constructor(shape: Shape, around = new Set<object>()) {
    this.#shape = shape;
    this.#around = around;
  }

  *compileElement(pattern: unknown, path: string, exact: boolean): Task<Wanted> {
    const compiled = yield* this.compile(pattern, path, exact, ['times']);
    const { times = 1 } = pattern as { times?: unknown };
    if (!Number.isSafeInteger(times) || (times as number) < 1) {
      throw new TypeError(expectation(`${path}.times`, 'a positive integer', times));
    }
    return { expectation: compiled, times: times as number };
  }

  *compile(pattern: unknown, path: string, exactAround: boolean, more: readonly string[] = []): Task<Expectation> {
    const entries = this.#entriesOf(pattern, path, ['exact', 'not', ...more]);
    const { exact = exactAround } = entries;
    if (typeof exact !== 'boolean') throw new TypeError(expectation(`${path}.exact`, 'true or false', exact));
    this.#around.add(entries);
    const checks = [
      ...(yield* this.#compileEntries(entries, path, exact)),
      ...(exact ? this.#nothingElse(entries) : []),
      ...(Object.hasOwn(entries, 'not') ? yield* this.#compileNot(entries['not'], `${path}.not`) : []),
    ];
    this.#around.delete(entries);
    return expectationOf(checks);
  }

  /** Negates each key, attribute and list element separately. */
  *#compileNot(pattern: unknown, path: string): Task<NotCheck[]> {
    const entries = this.#entriesOf(pattern, path, []);
    this.#around.add(entries);
    const checks = yield* this.#compileEntries(entries, path, false);
    this.#around.delete(entries);
    if (checks.length === 0) throw new TypeError(expectation(path, 'a non-empty pattern', pattern));
    return checks.flatMap((check): NotCheck[] => {
      if (check.kind === 'leaf') return [{ kind: 'not', check }];
      if (check.kind !== 'list' || check.exact || check.ordered) {
        throw new TypeError(`${path} must not contain exactly(), ordered() or an absent list`);
      }
      return check.wanted.map((wanted) => ({ kind: 'not', check: { ...check, wanted: [wanted] } }));
    });
  }

  #entriesOf(pattern: unknown, path: string, more: readonly string[]): Entries {
    if (!isPlainObject(pattern)) throw new TypeError(expectation(path, 'an object', pattern) + this.#adviceOn(pattern));
    if (this.#around.has(pattern)) throw new TypeError(`${path} must not contain itself`);
    const { fields, attributes, lists } = this.#shape;
    const known = [...Object.keys(fields), ...(attributes ? ['attributes'] : []), ...Object.keys(lists), ...more];
    for (const [key, value] of Object.entries(pattern)) {
      if (!known.includes(key)) {
        throw new TypeError(
          `unknown key ${inspect(key)} in ${path}: ${inspect(value, { depth: 0 })}, known keys: ${known.join(', ')}`,
        );
      }
      if (value === undefined)
        throw new TypeError(expectation(`${path}.${key}`, 'left out or have a value, such as absent', value));
    }
    return pattern as Entries;
  }

  /** Advice on a string, probably meant as the name. */
  #adviceOn(pattern: unknown): string {
    const isName = typeof pattern === 'string' && Object.hasOwn(this.#shape.fields, 'name');
    return isName ? `: a name goes into { name: ${inspect(pattern, { maxStringLength: 60 })} }` : '';
  }

  *#compileEntries(entries: Entries, path: string, exact: boolean): Task<Check[]> {
    const checks: Check[] = [];
    for (const [key, value] of Object.entries(entries)) {
      const at = `${path}.${key}`;
      const field = Object.hasOwn(this.#shape.fields, key) ? this.#shape.fields[key] : undefined;
      if (field) {
        const leaf = compileLeaf(value, at, field.literals);
        const read = (typeof value === 'number' && field.readNumber) || field.read;
        checks.push({ kind: 'leaf', label: key, isField: true, leaf, read });
      } else if (key === 'attributes') {
        for (const check of this.#compileAttributes(value, at, exact)) checks.push(check);
      } else if (Object.hasOwn(this.#shape.lists, key)) {
        checks.push(yield* this.#compileList(key, value, at, exact, entries));
      }
    }
    return checks;
  }

  #compileAttributes(value: unknown, path: string, exactAround: boolean): Check[] {
    if (isAbsent(value)) return [keysCheck([])];
    const given = exactItems(value);
    const attributes = given?.length === 1 ? given[0] : value;
    if (!isPlainObject(attributes))
      throw new TypeError(expectation(path, 'an object, exactly() of one, or absent', value));
    const checks = Object.entries(attributes).map(([key, expected]): LeafCheck => {
      const at = `${path}['${key}']`;
      const leaf = isAbsent(expected) ? absentLeaf : compileLeaf(expected, at, this.#shape.attributes as never);
      return { kind: 'leaf', label: key, isField: false, leaf, read: (record) => ownValue(attributesOf(record), key) };
    });
    return exactAround || given !== undefined ? [...checks, keysCheck(Object.keys(attributes))] : checks;
  }

  *#compileList(key: string, value: unknown, path: string, exactAround: boolean, entries: Entries): Task<ListCheck> {
    const { relation, shape, single, read } = this.#shape.lists[key] as Shape['lists'][string];
    if (isAbsent(value)) return listCheck(relation, read, [], { exact: true });

    const inner = new Compiler(shape(), this.#around);
    if (single) {
      const expected = yield inner.compile(value, path, exactAround && shape() !== SPAN);
      return listCheck(relation, read, [{ expectation: expected as Expectation, times: 1 }]);
    }
    const { items, exact, ordered } = elementsOf(value, path);
    const inherited = exactAround && !(relation === 'descendant' && Object.hasOwn(entries, 'children'));
    const wanted: Wanted[] = [];
    for (const [index, item] of items.entries()) {
      // `exact` does not apply within descendants: a descendant's own descendants may be in the same list.
      const element = yield inner.compileElement(item, `${path}[${index}]`, exactAround && relation !== 'descendant');
      wanted.push(element as Wanted);
    }
    const others = inherited ? unlessChecked(relation, read, entries) : read;
    return listCheck(relation, others, wanted, { exact: exact || inherited, ordered });
  }

  /** Checks that reject the attributes and lists that an exact pattern does not mention. */
  #nothingElse(entries: Entries): Check[] {
    const { attributes, lists } = this.#shape;
    const checks: Check[] = attributes && !Object.hasOwn(entries, 'attributes') ? [keysCheck([])] : [];
    for (const [key, { relation, single, read }] of Object.entries(lists)) {
      const isMentioned =
        Object.hasOwn(entries, key) || (relation === 'child' && Object.hasOwn(entries, 'descendants'));
      if (isMentioned || single || relation === 'descendant') continue;
      checks.push(listCheck(relation, unlessChecked(relation, read, entries), [], { exact: true }));
    }
    return checks;
  }
}

function keysCheck(allowed: readonly string[]): KeysCheck {
  return { kind: 'keys', allowed: new Set(allowed), read: attributesOf };
}

function elementsOf(value: unknown, path: string): { items: readonly unknown[]; exact: boolean; ordered: boolean } {
  const wrapped = { exact: false, ordered: false };
  let items: readonly unknown[] = [value];
  do {
    const [inner] = items;
    if (Array.isArray(inner)) return { items: inner as unknown[], ...wrapped };
    const exact = exactItems(inner);
    const given = exact ?? orderedItems(inner);
    if (given === undefined) throw new TypeError(expectation(path, 'a list, exactly(), ordered() or absent', value));
    wrapped[exact === undefined ? 'ordered' : 'exact'] = true;
    items = given;
  } while (items.length === 1 && isList(items[0]));
  return { items, ...wrapped };
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || exactItems(value) !== undefined || orderedItems(value) !== undefined;
}

/** Leaves out the events that the key `exception` of the pattern checks. */
function unlessChecked(relation: Relation, read: ListCheck['read'], entries: Entries): ListCheck['read'] {
  if (relation !== 'event' || !Object.hasOwn(entries, 'exception')) return read;
  return (record) => read(record).filter((event) => !isException(event));
}

function ownValue(attributes: Entries, key: string): unknown {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}
