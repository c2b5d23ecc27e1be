import { randomBytes } from 'node:crypto';
import { ApiError } from '../api/api-error.js';
import type { ConsoleApi } from '../api/console-api.js';
import { checked } from '../http/requests.js';
import type { ToolAnswer } from './answer.js';
import { Call } from './call.js';
import { INPUTS, type InputOf, type ToolName } from './inputs.js';
import { ToolError } from './tool-error.js';
import { errors } from './tools/errors.js';
import { explainSlow } from './tools/explain-slow.js';
import { findTraces } from './tools/find-traces.js';
import { getTrace } from './tools/get-trace.js';
import { logs } from './tools/logs.js';
import { mark } from './tools/mark.js';
import { overview } from './tools/overview.js';
import { stacks } from './tools/stacks.js';
import { waitFor } from './tools/wait-for.js';
import { shown } from './untrusted.js';
import { clock } from './words.js';

type Tools = { readonly [Name in ToolName]: (call: Call<InputOf<Name>>) => ToolAnswer | Promise<ToolAnswer> };

const TOOLS: Tools = {
  overview,
  find_traces: findTraces,
  get_trace: getTrace,
  stacks,
  explain_slow: explainSlow,
  errors,
  logs,
  wait_for: waitFor,
  mark,
};

/** Maximum number of concurrent `wait_for` calls, each of which reads every new trace. */
const MAX_WAITS = 16;

/** The origin of a call. */
export interface Caller {
  /** Origin of the page in the client's view, for links. */
  readonly origin: string;
  readonly signal: AbortSignal;
}

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(INPUTS, name);
}

/** The tools of one console. An invalid call is answered with the expectation. */
export class ToolBox {
  readonly #api: ConsoleApi;
  #waits = 0;

  constructor(api: ConsoleApi) {
    this.#api = api;
  }

  /** Number of waiting `wait_for` calls. */
  get waits(): number {
    return this.#waits;
  }

  /** Undefined if there is no tool of this name. */
  call(name: string, args: unknown, caller: Caller): Promise<ToolAnswer> | undefined {
    return isToolName(name) ? this.#call(name, args, caller) : undefined;
  }

  async #call(name: ToolName, args: unknown, caller: Caller): Promise<ToolAnswer> {
    try {
      return await (name === 'wait_for' ? this.#wait(args, caller) : this.#run(name, args, caller));
    } catch (error) {
      return refusalOf(error, args);
    }
  }

  async #wait(args: unknown, caller: Caller): Promise<ToolAnswer> {
    if (this.#waits >= MAX_WAITS)
      throw new ToolError(`${MAX_WAITS} calls of wait_for are waiting already: try again later.`);
    this.#waits++;
    try {
      return await this.#run('wait_for', args, caller);
    } finally {
      this.#waits--;
    }
  }

  #run(name: ToolName, args: unknown, caller: Caller): ToolAnswer | Promise<ToolAnswer> {
    const input = checked(INPUTS[name], args ?? {}, 'argument');
    const tool = TOOLS[name] as (call: Call<typeof input>) => ToolAnswer | Promise<ToolAnswer>;
    return tool(new Call(input, { api: this.#api, nonce: randomBytes(4).toString('hex'), ...caller }));
  }
}

/** @throws any other error, which is a bug of this package */
function refusalOf(error: unknown, args: unknown): ToolAnswer {
  if (error instanceof ToolError) return errorAnswer(error.message);
  if (error instanceof ApiError) {
    const { failure } = error;
    const when = 'evictedAt' in failure && failure.evictedAt !== null ? ` at ${clock(failure.evictedAt)}` : '';
    return errorAnswer(
      [when === '' ? error.message : `${error.message.replace(/\.$/, '')}${when}.`, ...placeOf(failure, args)].join(
        '\n',
      ),
    );
  }
  throw error;
}

export function errorAnswer(text: string): ToolAnswer {
  return { content: [{ type: 'text', text: text.slice(0, MAX_ERROR) }], isError: true };
}

const MAX_ERROR = 3_000;

/** Maximum characters of the query shown before the position of an error, and in total. */
const BEFORE = 60;
const EXCERPT = 120;

/** The part of the query around an error, with a mark below its position. */
function placeOf(failure: ApiError['failure'], args: unknown): string[] {
  if (!('at' in failure)) return [];
  const { at, length = 1 } = failure;
  const query = (args as { query?: unknown } | undefined)?.query;
  if (at === undefined || typeof query !== 'string') return [];
  const start = Math.max(0, at - BEFORE);
  const before = shown(query.slice(start, at), EXCERPT * 6);
  const excerpt = `${before}${shown(query.slice(at, start + EXCERPT), EXCERPT * 6)}`;
  return [
    `at character ${at + 1}:`,
    `  ${excerpt}`,
    `  ${' '.repeat(before.length)}${'^'.repeat(Math.max(1, Math.min(length, EXCERPT - BEFORE)))}`,
  ];
}
