import { z } from 'zod';
import { failure, PROTOCOL } from '../api/schemas.js';
import { httpRequest, textOf } from '../client/http-request.js';
import type { ToolAnswer } from './answer.js';
import type { Target } from './console-finder.js';
import { ToolError } from './tool-error.js';
import { shown } from './untrusted.js';

/** A call of `wait_for` takes up to 50 s. */
const CALL_MILLIS = 58_000;

/** Maximum size of an answer, larger than that of any tool. */
const MAX_ANSWER_BYTES = 1_000_000;

/** The console does not answer, or was replaced by another one. Trying again may help. */
export class Unreachable extends ToolError {}

const toolAnswer = z.object({
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

/**
 * Calls a tool of a console.
 *
 * @throws ToolError in one sentence
 */
export async function callRemote(target: Target, name: string, args: object, signal: AbortSignal): Promise<ToolAnswer> {
  const where = `The console at ${target.url}`;
  const { status, text } = await post(target, name, args, signal, where);
  if (status === 200) return parsed(text, where);
  if (status === 401) throw new Unreachable(`${where} refuses the token: it may be another process by now.`);
  if (status === 426 || status === 404)
    throw new ToolError(
      `${where} is of another version than this command: use the version of otel-span-cache-console that the service uses.`,
    );
  throw new ToolError(`${where} has answered with HTTP status ${status}: ${shown(reasonOf(text), 300)}`);
}

async function post(target: Target, name: string, args: object, signal: AbortSignal, where: string) {
  const timeout = AbortSignal.timeout(CALL_MILLIS);
  try {
    const answer = await httpRequest(new URL(`/mcp/tools/${encodeURIComponent(name)}`, target.url), {
      method: 'POST',
      body: JSON.stringify(args),
      signal: AbortSignal.any([signal, timeout]),
      headers: {
        authorization: `Bearer ${target.token}`,
        'content-type': 'application/json',
        'otel-span-cache-protocol': String(PROTOCOL),
      },
    });
    return { status: answer.statusCode, text: (await textOf(answer, MAX_ANSWER_BYTES)) ?? '' };
  } catch (error) {
    if (signal.aborted) throw new ToolError('The call was cancelled.');
    if (timeout.aborted) throw new ToolError(`${where} has not answered within ${CALL_MILLIS / 1_000} s.`);
    const { message, code } = error as NodeJS.ErrnoException;
    throw new Unreachable(`${where} does not answer (${code ?? message}): its service may have ended.`);
  }
}

function parsed(text: string, where: string): ToolAnswer {
  const result = toolAnswer.safeParse(jsonOf(text));
  if (!result.success) throw new ToolError(`${where} has not answered as a console does.`);
  const { content, structuredContent, isError } = result.data;
  return {
    content,
    ...(structuredContent === undefined ? {} : { structuredContent }),
    ...(isError === undefined ? {} : { isError }),
  };
}

function reasonOf(text: string): string {
  const result = failure.safeParse(jsonOf(text));
  return result.success ? result.data.error : 'it gave no reason';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
