import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../client/client-error.js';
import { isSameService, type ConsoleEntry } from '../processes/registry-entry.js';
import type { ToolAnswer } from './answer.js';
import { ConsoleFinder, type FinderOptions, NoConsole, type Target } from './console-finder.js';
import { RememberedMarks } from './remembered-marks.js';
import { callRemote, Unreachable } from './remote-tools.js';
import { ToolError } from './tool-error.js';
import { errorAnswer } from './tools.js';
import { shown } from './untrusted.js';

/** How long a call waits for a known service that is restarting, in milliseconds. */
const PATIENCE_MILLIS = 5_000;
const STEP_MILLIS = 200;

/**
 * The tools of the console that runs at the time of a call. After a restart of the service, a call waits for the new
 * process, and its answer begins with a note.
 */
export class FoundTools {
  readonly #finder: ConsoleFinder;
  readonly #marks = new RememberedMarks();
  /** The console that answered last, of each service. The newest is last. */
  readonly #last: ConsoleEntry[] = [];

  constructor(options: FinderOptions) {
    this.#finder = new ConsoleFinder(options);
  }

  async call(name: string, args: unknown, signal: AbortSignal): Promise<ToolAnswer> {
    try {
      const { service, rest } = split(args);
      return await this.#call(name, service, rest, signal);
    } catch (error) {
      if (error instanceof ToolError) return errorAnswer(error.message);
      throw error;
    }
  }

  async #call(name: string, service: string | undefined, args: object, signal: AbortSignal): Promise<ToolAnswer> {
    const start = performance.now();
    let failingSince: number | undefined;
    for (;;) {
      const attempt = performance.now();
      try {
        const target = await this.#finder.find(service);
        const answer = await callRemote(target, name, withoutWaited(args, attempt - start), signal);
        return this.#told(await this.#withMarks(name, args, answer, target, signal), target);
      } catch (error) {
        const mayCome = error instanceof Unreachable || (error instanceof NoConsole && this.#wasThere(service));
        // A long attempt had reached the service, which has ended only now.
        const now = performance.now();
        if (failingSince === undefined || now - attempt > PATIENCE_MILLIS) failingSince = now;
        if (!mayCome || now - failingSince > PATIENCE_MILLIS || signal.aborted) throw error;
        await sleep(STEP_MILLIS, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Remembers marks, and compares with marks of processes that have ended. */
  async #withMarks(
    name: string,
    args: object,
    answer: ToolAnswer,
    target: Target,
    signal: AbortSignal,
  ): Promise<ToolAnswer> {
    if (name === 'mark' && answer.isError !== true) await this.#marks.remember(answer, target, signal);
    if ((name !== 'stacks' && name !== 'errors') || answer.isError !== true) return answer;
    try {
      return (await this.#marks.compare(name, args, target, randomBytes(4).toString('hex'), signal)) ?? answer;
    } catch (error) {
      if (error instanceof ClientError) throw new ToolError(error.message);
      if (error instanceof ToolError) throw error;
      // The console has refused the arguments with a reason.
      return answer;
    }
  }

  /** Whether the service has answered before, so that it may be restarting. */
  #wasThere(service: string | undefined): boolean {
    if (service === undefined) return this.#last.length > 0;
    return this.#last.some((entry) => [entry.service, entry.startName, String(entry.pid)].includes(service));
  }

  /** Adds a remark if another process than last time has answered. */
  #told(answer: ToolAnswer, { entry }: Target): ToolAnswer {
    if (entry === undefined) return answer;
    const { service, pid, startedAt } = entry;
    const index = this.#last.findLastIndex((each) => isSameService(each, entry));
    const [last] = index < 0 ? [] : this.#last.splice(index, 1);
    this.#last.push(entry);
    if (this.#last.length > MAX_SERVICES) this.#last.shift();
    if (last === undefined || (last.pid === pid && last.startedAt === startedAt)) return answer;
    const remark = `Note: a different process of ${JSON.stringify(shown(service, 60))} answers than before (pid ${last.pid}, now ${pid}). It has no traces of the other.`;
    const [first, ...others] = answer.content;
    return { ...answer, content: [{ type: 'text', text: `${remark}\n${first?.text ?? ''}` }, ...others] };
  }
}

const MAX_SERVICES = 100;

/** The argument that chooses a console, and the arguments of the tool. */
function split(args: unknown): { readonly service: string | undefined; readonly rest: object } {
  if (args === undefined || args === null) return { service: undefined, rest: {} };
  if (typeof args !== 'object') throw new ToolError('The arguments must be an object.');
  const { service, ...rest } = args as Record<string, unknown>;
  if (service !== undefined && typeof service !== 'string' && typeof service !== 'number')
    throw new ToolError('The argument service must be a name or a pid.');
  return { service: service === undefined || service === '' ? undefined : String(service), rest };
}

/** Reduces the limit of a `wait_for` call that is sent again, so that it does not take longer in total. */
function withoutWaited(args: object, waitedMillis: number): object {
  const { seconds } = args as { seconds?: unknown };
  if (typeof seconds !== 'number' || waitedMillis < STEP_MILLIS) return args;
  return { ...args, seconds: Math.max(0, seconds - waitedMillis / 1_000) };
}
