import { z } from 'zod';
import type { ErrorGroup, Errors, Stacks, StackRow } from '../api/schemas.js';
import { ConsoleClient } from '../client/console-client.js';
import { isSameService, type NamedService } from '../processes/registry-entry.js';
import { duration } from '../text/units.js';
import { checked } from '../http/requests.js';
import { Answer, type ToolAnswer } from './answer.js';
import type { Target } from './console-finder.js';
import { INPUTS } from './inputs.js';
import { pageLink } from './page-link.js';
import { ToolError } from './tool-error.js';
import { addErrorChanges } from './tools/error-rows.js';
import { BEFORE_MILLIS } from './tools/marks.js';
import { addStackChanges, lineOf, type PathFigures, type StackChange } from './tools/stack-changes.js';
import { clock } from './words.js';

/** Maximum number of call paths, and of groups of errors, kept for one mark. */
const MAX_ROWS = 500;
const MAX_MARKS = 20;

interface RememberedMark {
  readonly name: string;
  readonly service: NamedService;
  /** Start of the console in which it was set. */
  readonly startedAt: number;
  readonly at: number;
  /** Length of the period before it. */
  readonly millis: number;
  readonly stacks: readonly {
    readonly path: readonly string[];
    readonly name: string;
    readonly figures: PathFigures;
  }[];
  readonly errors: readonly ErrorGroup[];
}

const markAnswer = z.object({ name: z.string(), atMs: z.number() });

/**
 * The figures before each mark, kept outside of the service, because a fix often requires a restart, which the
 * service's own marks do not survive.
 */
export class RememberedMarks {
  /** Oldest first. */
  readonly #marks: RememberedMark[] = [];

  /** Remembers the figures before a mark that was set. If the console does not answer, it only keeps its own mark. */
  async remember(answer: ToolAnswer, target: Target, signal: AbortSignal): Promise<void> {
    const set = markAnswer.safeParse(answer.structuredContent);
    if (target.entry === undefined || !set.success) return;
    const { entry: service } = target;
    const { startedAt } = service;
    const { name, atMs: at } = set.data;
    const previous = this.#marks.findLast(
      (mark) => isSameService(mark.service, service) && mark.startedAt === startedAt,
    );
    const from = Math.max(0, previous?.at ?? at - BEFORE_MILLIS);
    const client = new ConsoleClient(target, signal);
    const window = `${from}..${Math.max(at, from + 1)}`;
    try {
      const [stacks, errors] = [
        await client.stacks({ window, limit: MAX_ROWS }),
        await client.errors({ window, limit: MAX_ROWS }),
      ];
      this.#add({ name, service, startedAt, at, millis: at - from, stacks: pathsOf(stacks), errors: errors.groups });
    } catch {
      // The console's own mark is set all the same.
    }
  }

  /**
   * Compares with a mark of an earlier process of the service.
   *
   * @returns undefined if there is none of this name
   * @throws ToolError for a query, which can no longer be applied to the figures of the mark
   */
  async compare(
    name: 'stacks' | 'errors',
    args: object,
    target: Target,
    nonce: string,
    signal: AbortSignal,
  ): Promise<ToolAnswer | undefined> {
    const { entry, url } = target;
    const wanted = (args as { mark?: unknown }).mark;
    if (entry === undefined) return undefined;
    const mark = this.#marks.findLast((each) => each.name === wanted && isSameService(each.service, entry));
    if (mark === undefined || mark.startedAt === entry.startedAt) return undefined;
    const input = checked(INPUTS[name], args, 'argument');
    if (Boolean(input.query) || ('split' in input && input.split !== undefined))
      throw new ToolError('A mark must come without a query and split here: it was set in an earlier process.');
    const { budget, limit = DEFAULT_ROWS } = input;
    const client = new ConsoleClient(target, signal);
    const { epoch, now } = await client.hello();
    const window = `${Math.floor(entry.startedAt)}..${Math.max(now, entry.startedAt) + 1}`;
    const request = { window, limit: MAX_ROWS };
    const found = name === 'stacks' ? await client.stacks(request) : await client.errors(request);
    const answer = new Answer(budget, nonce, {
      link: pageLink(new URL(url).origin, { view: name, window, epoch }),
      coverage: found.coverage,
    });
    answer.say(
      `The ${duration(mark.millis)} before the mark ${mark.name} (${clock(mark.at)}), in an earlier process, against everything since this process started (${clock(entry.startedAt)}). The first calls of a process are slower than later ones.`,
    );
    answer.fact('mark', mark.name);
    if ('rows' in found) addStackChanges(answer, changesOf(mark, found.rows), limit);
    else addErrorChanges(answer, { before: beforeOf(mark, found), after: found.groups, at: mark.at }, limit);
    return answer.finish();
  }

  #add(mark: RememberedMark): void {
    const known = this.#marks.findIndex(
      ({ name, service }) => name === mark.name && isSameService(service, mark.service),
    );
    if (known >= 0) this.#marks.splice(known, 1);
    else if (this.#marks.length === MAX_MARKS) this.#marks.shift();
    this.#marks.push(mark);
  }
}

const DEFAULT_ROWS = 40;

function pathsOf({ rows }: Stacks): RememberedMark['stacks'] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return rows.map((row) => {
    const { name, calls, errors, self, p50, p95 } = row;
    return { path: lineOf(row, byId).map(keyOf), name, figures: { calls, errors, self, p50, p95 } };
  });
}

function keyOf({ name, kind, scope }: StackRow): string {
  return JSON.stringify([name, kind, scope]);
}

/** Compares paths by name, because ids differ between processes. A path that is gone gets a new id. */
function changesOf({ stacks }: RememberedMark, rows: readonly StackRow[]): StackChange[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const before = new Map(stacks.map(({ path, figures }) => [path.join(), figures]));
  const ids = new Map<string, number>();
  const changes = rows.map((row): StackChange => {
    const path = lineOf(row, byId).map(keyOf).join();
    ids.set(path, row.id);
    return { ...row, before: before.get(path) ?? null };
  });
  const gone = stacks.filter(({ path }) => !ids.has(path.join()));
  gone.forEach(({ path }, index) => ids.set(path.join(), -1 - index));
  return [
    ...changes,
    ...gone.map(({ path, name, figures }): StackChange => {
      const id = ids.get(path.join())!;
      const parent = ids.get(path.slice(0, -1).join()) ?? null;
      return { id, parent, name, calls: 0, errors: 0, self: 0, p50: 0, p95: 0, before: figures };
    }),
  ];
}

/** The groups before the mark, with the ids of the same groups now. */
function beforeOf({ errors }: RememberedMark, { groups }: Errors): ErrorGroup[] {
  const ids = new Map(groups.map((group) => [likenessOf(group), group.id]));
  return errors.map((group, index) => ({ ...group, id: ids.get(likenessOf(group)) ?? -1 - index }));
}

/** Leaves out the position in the file, because a fix may change it. */
function likenessOf({ type, message, frame }: ErrorGroup): string {
  return JSON.stringify([type, message, frame?.replace(/(?::\d+){1,2}(?=\)?$)/, '')]);
}
