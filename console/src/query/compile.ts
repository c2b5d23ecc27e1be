import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { EventRow } from '../model/span-row.js';
import { builtIn, type BuiltInKey } from './keys.js';
import { markRelated } from './relations.js';
import { QueryError, oneOf, type Key, type Node } from './syntax.js';
import { TimeLimit } from './time-limit.js';
import { hasWord } from './text-tests.js';
import type { Subject, Test, TraceView } from './trace-view.js';
import { COMPARE, OPERATORS_OF, testOfAny, testOfKey, type ValueTest } from './value-tests.js';

export interface Compiled {
  readonly test: Test;
  /** Position among the operands: cheap ones are evaluated first. */
  readonly cost: number;
  /** Whether the result is the same for all spans of a trace. */
  readonly isOfTrace: boolean;
  /** Operands of an `and`, cheapest first. */
  readonly operands: readonly Compiled[];
  /** Whether it computes something per trace that is worth keeping. */
  readonly remembers: boolean;
}

const COST = { field: 1, attribute: 2, pattern: 8, word: 20, trace: 40, relation: 60 } as const;

/** Compiles a tree to closures, once per query. @throws QueryError if a value does not fit its key */
export function compile(node: Node, limit = new TimeLimit()): Compiled {
  return new Compiler(limit).compile(node);
}

class Compiler {
  /** Number of results that a `TraceView` keeps; each has its own slot. */
  #slots = 0;
  readonly #limit: TimeLimit;

  constructor(limit: TimeLimit) {
    this.#limit = limit;
  }

  compile(node: Node): Compiled {
    if (node.type === 'and' || node.type === 'or') return this.#combine(node.type, node.operands);
    if (node.type === 'not') return this.#negate(node.operand);
    if (node.type === 'relation') return this.#relate(node);
    if (node.type === 'count') return this.#count(node);
    if (node.type === 'word') return leaf({ test: hasWord(node.text), cost: COST.word });
    return node.type === 'exists' ? some(node.key, isThere, 0) : comparison(node, this.#limit);
  }

  #negate(node: Node): Compiled {
    const operand = this.compile(node);
    return { ...operand, test: (subject) => !operand.test(subject), operands: [] };
  }

  #relate({ relation, operand }: Node & { type: 'relation' }): Compiled {
    const { test } = this.compile(operand);
    const slot = this.#slots++;
    const marksOf = (view: TraceView) => view.marks(slot, () => markRelated(relation, test, view));
    return leaf({ test: (subject) => isMarked(subject, marksOf), cost: COST.relation, remembers: true });
  }

  #count({ operand, operator, number }: Node & { type: 'count' }): Compiled {
    const { test } = this.compile(operand);
    const slot = this.#slots++;
    const compare = COMPARE[operator];
    return leaf({
      test: ({ view }) => view !== undefined && compare(view.count(slot, test), number),
      cost: COST.trace,
      isOfTrace: true,
      remembers: true,
    });
  }

  #combine(type: 'and' | 'or', nodes: readonly Node[]): Compiled {
    const operands = nodes.map((node) => this.compile(node)).sort((a, b) => a.cost - b.cost);
    const tests = operands.map(({ test }) => test);
    return {
      test: type === 'and' ? all(tests) : any(tests),
      cost: operands.reduce((sum, { cost }) => sum + cost, 0),
      isOfTrace: operands.every(({ isOfTrace }) => isOfTrace),
      remembers: operands.some(({ remembers }) => remembers),
      operands: type === 'and' ? operands : [],
    };
  }
}

function leaf({
  isOfTrace = false,
  remembers = false,
  ...rest
}: Pick<Compiled, 'test' | 'cost'> & Partial<Compiled>): Compiled {
  return { ...rest, isOfTrace, remembers, operands: [] };
}

function all(tests: readonly Test[]): Test {
  const [first, second] = tests as [Test, Test];
  if (tests.length === 2) return (subject) => first(subject) && second(subject);
  return (subject) => tests.every((test) => test(subject));
}

function any(tests: readonly Test[]): Test {
  const [first, second] = tests as [Test, Test];
  if (tests.length === 2) return (subject) => first(subject) || second(subject);
  return (subject) => tests.some((test) => test(subject));
}

function isMarked(subject: Subject, marksOf: (view: TraceView) => Uint8Array): boolean {
  const { span, view } = subject;
  if (span === undefined || view === undefined) return false;
  if (subject.index === -1) subject.index = view.indexOf(span);
  return marksOf(view)[subject.index] === 1;
}

/** If the key is missing, no comparison holds, not even `!=` and `!~`. */
function comparison(node: Node & { type: 'comparison' }, limit: TimeLimit): Compiled {
  const { key, operator } = node;
  const compiled = some(key, valueTest(node, limit), /[~h]/.test(operator) ? COST.pattern : 0);
  if (operator !== '!=' && operator !== '!~') return compiled;
  const { test: exists } = some(key, isThere, 0);
  return { ...compiled, test: (subject) => exists(subject) && !compiled.test(subject) };
}

function valueTest(node: Node & { type: 'comparison' }, limit: TimeLimit): ValueTest {
  const { key, operator, operatorPlace } = node;
  const known = key.scope === 'builtIn' ? builtIn(key.name) : undefined;
  if (known === undefined) return testOfAny(node, limit);
  const operators = OPERATORS_OF[known.type];
  if (!operators.includes(operator)) {
    throw new QueryError(`Expected ${oneOf(operators)} after ${key.name}`, operatorPlace);
  }
  return testOfKey(key.name, known, node, limit);
}

function isThere(value: unknown): boolean {
  return value !== undefined;
}

/** Whether the key has a value that passes. Some keys have several values: one in each log line. */
function some(key: Key, test: ValueTest, extraCost: number): Compiled {
  const known = key.scope === 'builtIn' ? builtIn(key.name) : undefined;
  const ofSubject =
    known !== undefined
      ? someOfKey(known, test)
      : key.scope === 'resource'
        ? someOfResource(key.name, test)
        : someOfAttribute(key.name, test);
  return leaf({
    test: key.root ? ({ view }) => view !== undefined && ofSubject(view.root) : ofSubject,
    cost: (known === undefined ? COST.attribute : COST.field) + extraCost,
    isOfTrace: key.root,
    remembers: key.name === 'self' && known !== undefined,
  });
}

function someOfKey({ read, readLog }: BuiltInKey, test: ValueTest): Test {
  if (readLog === undefined) return (subject) => test(read?.(subject));
  return ({ span, event, log }) => {
    const line = event ?? log?.event;
    if (line !== undefined) return test(readLog(line));
    return span !== undefined && span.events.length > 0 && span.events.some((each) => test(readLog(each)));
  };
}

function someOfResource(name: string, test: ValueTest): Test {
  const valueOf = reader(name);
  return ({ process }) => test(valueOf(process.resource));
}

/** The attribute of the span, or else of its events. A log line has its own attributes, then its span's. */
function someOfAttribute(name: string, test: ValueTest): Test {
  const valueOf = reader(name);
  return ({ span, event, log }) => {
    const line = event ?? log?.event;
    const ofLine = line && valueOf(line.attributes);
    if (ofLine !== undefined) return test(ofLine);
    if (span === undefined) return false;
    const value = valueOf(span.attributes);
    if (value !== undefined) return test(value);
    if (line !== undefined || span.events.length === 0) return false;
    return span.events.some((each: EventRow) => test(valueOf(each.attributes)));
  };
}

/** Names that all objects inherit, such as `constructor`, count only if they were set as attributes. */
function reader(name: string): (attributes: Attributes) => AttributeValue | undefined {
  if (!(name in Object.prototype)) return (attributes) => attributes[name];
  return (attributes) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined);
}
