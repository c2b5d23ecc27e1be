import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { EventRow } from '../model/span-row.js';
import { Matcher } from './pattern/matcher.js';
import { isPlain, PatternError } from './pattern/pattern-parser.js';
import { QueryError, type Literal } from './syntax.js';
import type { TimeLimit } from './time-limit.js';
import type { Subject, Test } from './trace-view.js';

/** Whether a text passes. */
export type TextTest = (text: string) => boolean;

/** Tests whether a text contains `part`, ignoring case. */
export function contains(part: string): TextTest {
  // A regular expression without quantifiers cannot backtrack, so it is linear, and it needs no lower-case copy of the
  // text.
  const pattern = new RegExp(part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'i');
  return (text) => pattern.test(text);
}

/** Tests whether a text matches a pattern, ignoring case. */
export function matches(pattern: Literal, limit: TimeLimit): TextTest {
  if (isPlain(pattern.text)) return contains(pattern.text);
  try {
    const matcher = new Matcher(pattern.text, limit.check);
    return (text) => matcher.isIn(text);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new QueryError(error.message, pattern);
  }
}

/**
 * Searches a word in the name, the attributes and the events of a span, or in a log line.
 *
 * A word of 16 or 32 hexadecimal digits also finds the span or the trace with this id.
 */
export function hasWord(word: string): Test {
  const test = contains(word);
  const testAttributes = inAttributes(word, test);
  const testEvent = ({ name, log, attributes }: EventRow) =>
    test(name) || (log !== undefined && log.body !== name && test(log.body)) || testAttributes(attributes);
  const id = /^(?:[\da-f]{16}|[\da-f]{32})$/i.test(word) ? word.toLowerCase() : undefined;

  return ({ span, event, log }: Subject) => {
    const item = span ?? log;
    if (id !== undefined && (item?.traceId === id || item?.spanId === id)) return true;
    const line = event ?? log?.event;
    if (line !== undefined) return testEvent(line);
    if (span === undefined) return false;
    if (test(span.name) || testAttributes(span.attributes)) return true;
    if (span.statusMessage !== undefined && test(span.statusMessage)) return true;
    return span.events.length > 0 && span.events.some(testEvent);
  };
}

function inAttributes(word: string, test: TextTest): (attributes: Attributes) => boolean {
  const inValue = anyOf(valueHas(word, test));
  return (attributes) => {
    for (const key in attributes) {
      if (inValue(attributes[key])) return true;
    }
    return false;
  };
}

/** Numbers are searched only if the word could be part of one. */
function valueHas(word: string, test: TextTest): (value: unknown) => boolean {
  const couldBeNumber = /^[\d.e+-]+$/i.test(word);
  const booleans = { true: test('true'), false: test('false') };
  return (value) => {
    if (typeof value === 'string') return test(value);
    if (typeof value === 'number') return couldBeNumber && test(String(value));
    return typeof value === 'boolean' && booleans[`${value}`];
  };
}

/** Tests whether a value passes or, if it is a list, one of its items. */
export function anyOf(test: (value: unknown) => boolean): (value: AttributeValue | undefined) => boolean {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}
