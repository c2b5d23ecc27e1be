import type { Coverage } from '../../api/schemas.js';
import { chooseConsole, type Chosen } from '../choose.js';
import { ConsoleClient } from '../../client/console-client.js';
import type { Call } from '../command.js';
import { counted } from '../../text/units.js';
import { groundLine, hasLosses } from '../views/ground.js';

/** Number of arguments that a query may consist of, because a shell splits it at spaces. */
export const QUERY_WORDS = [0, 1_000] as const;

/** Remark on an incomplete answer. */
export const PARTIAL = 'older spans were not searched: the time limit was reached';

/** Remark on rows for which a query took too long. */
export function givenUpRemark(givenUp: number, noun: string): string[] {
  if (givenUp === 0) return [];
  return [
    `whether ${counted(givenUp, noun)} match${givenUp === 1 ? 'es' : ''} is not known: the query takes too long for so many texts`,
  ];
}

/** Remark on attributes that are probably misspelled. */
export function unseenRemark(keys: readonly string[]): string[] {
  return keys.length === 0 ? [] : [`no span has had the attribute ${keys.join(' or ')}`];
}

export interface Connected {
  readonly client: ConsoleClient;
  readonly chosen: Chosen;
}

export async function connect(call: Call): Promise<Connected> {
  const chosen = await chooseConsole(call);
  return { client: new ConsoleClient(chosen, call.signal), chosen };
}

/** The arguments as one query; undefined for everything. */
export function queryOf({ args }: Call): string | undefined {
  const query = args.join(' ').trim();
  return query === '' ? undefined : query;
}

/** Prints remarks and the coverage of the results: the numbers of received, retained and lost spans. */
export function noteGround({ terminal, values }: Call, coverage: Coverage, remarks: readonly string[] = []): void {
  for (const remark of remarks) terminal.note(remark);
  if (values.json !== true || hasLosses(coverage)) terminal.noteLine(groundLine(coverage));
}
