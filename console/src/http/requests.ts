import type { Context } from 'hono';
import { z } from 'zod';
import { ApiError } from '../api/api-error.js';
import { MAX_BODY, tooLarge } from './guard.js';

/** A parameter that every endpoint accepts in addition to its own. The guard has checked it. */
const PROTOCOL = 'protocol';

/** Validates the request in the parameters and the path of an address. Unknown and repeated parameters are refused. */
export function parametersOf<Shape extends z.ZodRawShape>(c: Context, schema: z.ZodObject<Shape>) {
  return checked(schema, { ...rawParametersOf(c), ...c.req.param() }, 'parameter');
}

export function rawParametersOf(c: Context): Record<string, string> {
  const given = new URL(c.req.url).searchParams;
  for (const name of given.keys()) {
    if (given.getAll(name).length > 1)
      throw new ApiError(400, { error: `The parameter ${shown(name)} must come only once.` });
  }
  // From entries, because assigning to a member named __proto__ would lose it, and the schema could not refuse it.
  return Object.fromEntries([...given].filter(([name]) => name !== PROTOCOL));
}

/** Validates the request in a body. A missing body is an empty request. */
export async function bodyOf<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await readText(c.req.raw);
  return checked(schema, text.trim() === '' ? {} : parsed(text), 'member');
}

/** Reads at most 64 kB, even if the length is not declared. */
async function readText(request: Request): Promise<string> {
  if (request.body === null) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY) throw new ApiError(413, { error: tooLarge().error });
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, { error: 'The body must be JSON in UTF-8, and come whole.' });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, { error: 'The body must be JSON.' });
  }
}

/** Validates a request by its schema. A refusal names the first invalid part. */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown, what: string): z.output<Schema> {
  const strict = schema instanceof z.ZodObject ? schema.strict() : schema;
  const result = strict.safeParse(input);
  if (result.success) return result.data as z.output<Schema>;
  const [issue] = result.error.issues;
  throw new ApiError(400, { error: sentenceOf(issue, what) });
}

function sentenceOf(issue: z.core.$ZodIssue | undefined, what: string): string {
  if (issue === undefined) return 'The request is not what was expected.';
  if (issue.code === 'unrecognized_keys') return `There is no ${what} ${issue.keys.map(shown).join(', ')}.`;
  const place = issue.path.map(String).join('.');
  const subject = place === '' ? 'The request' : `The ${what} ${shown(place)}`;
  return `${subject} ${expectationOf(issue)}.`;
}

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'an integer',
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.code === 'invalid_type') {
    return issue.message.endsWith('received undefined')
      ? 'must be given'
      : `must be ${KINDS[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'too_small')
    return boundOf(issue.origin, issue.minimum, issue.inclusive ? 'at least' : 'more than');
  if (issue.code === 'too_big') return boundOf(issue.origin, issue.maximum, issue.inclusive ? 'at most' : 'less than');
  const [, expected] = /expected (.+)$/s.exec(issue.message) ?? [];
  return expected === undefined ? 'must be a different value' : `must be ${expected}`;
}

function boundOf(origin: string, bound: number | bigint, relation: string): string {
  return origin === 'string' ? `must have ${relation} ${bound} characters` : `must be ${relation} ${bound}`;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 64)).slice(1, -1);
}
