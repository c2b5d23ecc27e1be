import fc from 'fast-check';
import { codePoint } from './code-point.js';

/** A getter that throws. */
export const trap: PropertyDescriptor = {
  enumerable: true,
  get: () => {
    throw new Error('trap');
  },
};

export function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A proxy all of whose traps throw. */
export function throwingProxy(): object {
  return new Proxy({}, new Proxy({}, trap as object));
}

/** Objects each of which refers to all of them. */
export function knot(size: number): Record<string, unknown>[] {
  const objects = Array.from({ length: size }, (): Record<string, unknown> => ({}));
  for (const object of objects) for (const [index, other] of objects.entries()) object[`o${index}`] = other;
  return objects;
}

/** Containers inside each other. */
export function nested(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

class Person {
  constructor(readonly name: unknown) {}
}

class Priced {
  constructor(readonly price: unknown) {}
  toJSON(): unknown {
    return this.price;
  }
}

const throwingText = {
  toString: () => {
    throw new Error('no text');
  },
};

type Maker = () => unknown;

const SCALARS = [undefined, null, NaN, -0, 404, true, 10n ** 30n, 1n << 100_000n, Symbol('s'), () => 1, Person];
const TEXTS = [
  '\x1b]52;c;Zm9v\x07',
  'a\nb',
  '\ud83d',
  '✅❌⚡⭐🟢',
  'e\u0301',
  '❤\ufe0f',
  'x'.repeat(100_000),
  '[unreadable]',
];

const OBJECTS: readonly Maker[] = [
  revokedProxy,
  throwingProxy,
  () => knot(14)[0],
  () => nested(10_000),
  () => Object.defineProperty({ a: 1 }, 'trap', trap),
  () => Object.defineProperty(new Error('lost'), 'message', trap),
  () => Object.defineProperty([1, 2], 0, trap),
  () => Object.create(null),
  () => Object.assign(Object.create(throwingText) as object, { a: 1 }),
  () => Object.defineProperty(() => 1, 'name', { value: {} }),
  () => new Array(100_000).fill('x'),
  () => new Float64Array(100_000),
  () => new Date(NaN),
  () => new Error('outer', { cause: new TypeError('inner') }),
  () => new URL('http://localhost/'),
  () => Buffer.alloc(100_000),
];

/**
 * Makers of what applications without types, or with bad luck, hand to telemetry. Not the values themselves:
 * fast-check looks at those.
 */
export const { hostileValue } = fc.letrec<{ hostileValue: Maker }>((tie) => {
  const items = fc.array(tie('hostileValue'), { maxLength: 5 });
  const keys = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', 'toJSON', 'message', 'stack'));
  return {
    hostileValue: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...SCALARS, ...TEXTS).map((value) => () => value),
      fc.string({ unit: codePoint }).map((text) => () => text),
      fc.constantFrom(...OBJECTS),
      items.map((makers) => () => makers.map((make) => make())),
      items.map((makers) => () => new Set(makers.map((make) => make()))),
      items.map((makers) => () => new Map(makers.map((make) => [make(), make()]))),
      fc.array(fc.tuple(keys, tie('hostileValue')), { maxLength: 5 }).map((entries) => () => {
        return Object.fromEntries(entries.map(([key, make]) => [key, make()]));
      }),
      tie('hostileValue').map((make) => () => new Person(make())),
      tie('hostileValue').map((make) => () => new Priced(make())),
      tie('hostileValue').map((make) => () => new RangeError('too far', { cause: make() })),
    ),
  };
});
