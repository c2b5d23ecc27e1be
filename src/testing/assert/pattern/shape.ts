import { EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE, EXCEPTION_TYPE } from '../../../model/semconv.js';
import { SPAN_KINDS, SPAN_STATUSES, severityName } from '../../../trace/text/names.js';
import type { CapturedEvent, CapturedLink, CapturedNode, CapturedSpan } from '../../../trace/captured-span.js';
import { nodesOf } from '../../../trace/walk.js';
import type { LogInSpan } from '../log-in-span.js';
import type { Relation } from './expectation.js';
import type { Literals } from './leaf.js';

/** The keys that a pattern for one kind of record may have. */
export interface Shape {
  readonly fields: Readonly<Record<string, Field>>;
  readonly attributes?: Literals;
  readonly lists: Readonly<Record<string, List>>;
}

interface Field {
  readonly literals: Literals;
  readonly read: (record: object) => unknown;
  /** Used instead of `read` for a number in the pattern, if given. */
  readonly readNumber?: (record: object) => unknown;
}

interface List {
  readonly relation: Relation;
  readonly shape: () => Shape;
  /** Whether the pattern is a single element instead of a list. */
  readonly single?: boolean;
  readonly read: (record: object) => readonly object[];
}

const STRING: Literals = { expected: 'a string', accepts: (value) => typeof value === 'string' };
const NUMBER: Literals = { expected: 'a number', accepts: (value) => typeof value === 'number' };
const BOOLEAN: Literals = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };

const ATTRIBUTE: Literals = {
  expected: 'a string, a number, a boolean, an array of these',
  accepts: (value) => isPrimitive(value) || Array.isArray(value),
};

const NESTED: Literals = {
  expected: 'a string, a number, a boolean, null, an array or an object of these',
  accepts: (value) => value === null || isPrimitive(value) || Array.isArray(value),
  nested: true,
};

/** Ignores case: pino writes `info` for `INFO`. */
const SEVERITY: Literals = {
  expected: 'a string or a number',
  accepts: (value) => typeof value === 'string' || typeof value === 'number',
  same: (actual, literal) => foldedCase(actual) === foldedCase(literal),
};

const KINDS = nameOrNumber(SPAN_KINDS);
const STATUSES = nameOrNumber(SPAN_STATUSES);

export const SPAN: Shape = {
  fields: fieldsOf({
    name: STRING,
    kind: KINDS,
    status: STATUSES,
    statusMessage: STRING,
    traceId: STRING,
    spanId: STRING,
    parentSpanId: STRING,
    parentIsRemote: BOOLEAN,
    startTime: NUMBER,
    durationMillis: NUMBER,
    ended: BOOLEAN,
    scope: STRING,
    service: STRING,
  } satisfies FieldsOf<CapturedSpan>),
  attributes: ATTRIBUTE,
  lists: {
    exception: {
      relation: 'exception',
      shape: () => EXCEPTION,
      single: true,
      read: (span) => (span as CapturedSpan).events.filter(isException),
    },
    events: { relation: 'event', shape: () => EVENT, read: (span) => (span as CapturedSpan).events },
    links: { relation: 'link', shape: () => LINK, read: (span) => (span as CapturedSpan).links },
    children: { relation: 'child', shape: () => SPAN, read: (span) => nodeOf(span).children },
    descendants: { relation: 'descendant', shape: () => SPAN, read: descendantsOf },
  },
};

const SEVERITIES: Readonly<Record<string, Field>> = {
  severity: { literals: SEVERITY, read: severityOf, readNumber: (record) => (record as CapturedEvent).severityNumber },
};

const EVENT: Shape = {
  fields: {
    ...fieldsOf({ name: STRING, time: NUMBER, body: NESTED } satisfies FieldsOf<CapturedEvent>),
    ...SEVERITIES,
  },
  attributes: NESTED,
  lists: {},
};

const EXCEPTION: Shape = {
  fields: {
    type: { literals: STRING, read: (event) => attributesOf(event)[EXCEPTION_TYPE] },
    message: { literals: STRING, read: (event) => attributesOf(event)[EXCEPTION_MESSAGE] },
    stacktrace: { literals: STRING, read: (event) => attributesOf(event)[EXCEPTION_STACKTRACE] },
  },
  lists: {},
};

const LINK: Shape = {
  fields: fieldsOf({ traceId: STRING, spanId: STRING } satisfies FieldsOf<CapturedLink>),
  attributes: ATTRIBUTE,
  lists: {},
};

export const LOG: Shape = {
  fields: {
    ...fieldsOf({ eventName: STRING, body: NESTED, severityNumber: NUMBER } satisfies FieldsOf<LogInSpan>),
    ...SEVERITIES,
    ...fieldsOf({
      time: NUMBER,
      scope: STRING,
      service: STRING,
      traceId: STRING,
      spanId: STRING,
    } satisfies FieldsOf<LogInSpan>),
  },
  attributes: NESTED,
  lists: { span: { relation: 'span', shape: () => SPAN, single: true, read: (log) => (log as LogInSpan).spans } },
};

/** All spans below a span, in the order of their start. A parent precedes children that started at the same time. */
function descendantsOf(span: object): CapturedNode[] {
  return nodesOf(nodeOf(span).children).sort((a, b) => a.startTime - b.startTime);
}

export function attributesOf(record: object): Readonly<Record<string, unknown>> {
  return (record as CapturedSpan).attributes;
}

/** Whether an event is an exception, by the semantic conventions for spans or for logs. */
export function isException(event: object): boolean {
  const { name, attributes } = event as CapturedEvent;
  return (
    name === 'exception' || Object.hasOwn(attributes, EXCEPTION_TYPE) || Object.hasOwn(attributes, EXCEPTION_MESSAGE)
  );
}

/** The severity text or, if it is missing or empty, the name of the severity number. */
function severityOf(record: object): unknown {
  const { severity, severityNumber } = record as CapturedEvent;
  return severity || (severityName(severityNumber) ?? severity);
}

function foldedCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** @throws TypeError for a span without `children`, which was not taken from a trace */
export function nodeOf(span: object): CapturedNode {
  if ('children' in span) return span as CapturedNode;
  throw new TypeError(
    'children and descendants can only be matched in a span of a trace, got a span without its children',
  );
}

type FieldsOf<T> = { readonly [K in keyof T]?: Literals };

/** Literals of an enum, by name or number. The record has the name. */
function nameOrNumber(names: readonly string[]): Literals {
  return {
    expected: names.map((name, number) => `'${name}' (${number})`).join(', '),
    accepts: (value) => (typeof value === 'number' ? value in names : names.includes(value as string)),
    normalize: (value) => (typeof value === 'number' ? names[value] : value),
  };
}

function fieldsOf(byName: Readonly<Record<string, Literals>>): Record<string, Field> {
  const fields: Record<string, Field> = {};
  for (const [name, literals] of Object.entries(byName)) {
    fields[name] = { literals, read: (record) => (record as Record<string, unknown>)[name] };
  }
  return fields;
}

function isPrimitive(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
  );
}
