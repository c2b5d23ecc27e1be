import { setTimeout as sleep } from 'node:timers/promises';
import type { Stacks, StacksRequest, Stamped } from '../../api/schemas.js';
import { ClientError } from '../../client/client-error.js';
import type { ConsoleClient } from '../../client/console-client.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit.js';
import { EVERY_FLAG, JSON_FLAG, limitFlag, PID_FLAG, sortFlag, textFlag, URL_FLAG, WINDOW_FLAG } from '../flags.js';
import { piece, type Line } from '../../text/styled.js';
import { clock } from '../../text/units.js';
import { groundLine } from '../views/ground.js';
import { stacksTable } from '../views/stacks-table.js';
import { connect, noteGround, PARTIAL, QUERY_WORDS, queryOf } from './queried.js';
import { reconnected } from './reconnect.js';

const MOST = 2_000;
const DEFAULT_LIMIT = 100;

export const stacks: Command = {
  name: 'stacks',
  args: '[query]',
  count: QUERY_WORDS,
  summary: 'shows call stacks with rates, errors and percentiles',
  flags: [
    WINDOW_FLAG,
    EVERY_FLAG,
    sortFlag(['total', 'self', 'calls', 'errors', 'p50', 'p95', 'p99', 'name']),
    textFlag('split', 'key', 'split each stack by the values of an attribute', 'the key of an attribute', 256),
    textFlag('mark', 'name', 'compare with the mark of this name', 'the name of a mark', 64),
    limitFlag(MOST, DEFAULT_LIMIT),
    JSON_FLAG,
    PID_FLAG,
    URL_FLAG,
  ],
  async run(call) {
    const { values } = call;
    const connected = await connect(call);
    const request = requestOf(call);
    if (values.every === undefined) {
      await showOnce(call, await connected.client.stacks(request));
      return EXIT.ok;
    }
    let { client } = connected;
    while (!call.signal.aborted) {
      const answer = await askOrReconnect(call, client, connected.chosen, request);
      if (answer === undefined) break;
      client = answer.client;
      await showAgain(call, answer.stacks);
      await sleep(values.every * 1_000, undefined, { signal: call.signal }).catch(() => {});
    }
    return EXIT.ok;
  },
};

function requestOf(call: Call): StacksRequest {
  const { window, sort, split, mark, limit = DEFAULT_LIMIT } = call.values;
  return { query: queryOf(call), window, sort: sort as StacksRequest['sort'], split, mark, limit };
}

async function askOrReconnect(
  call: Call,
  client: ConsoleClient,
  chosen: Parameters<typeof reconnected>[1],
  request: StacksRequest,
): Promise<{ readonly client: ConsoleClient; readonly stacks: Stamped<Stacks> } | undefined> {
  let current: ConsoleClient | undefined = client;
  while (current !== undefined) {
    try {
      return { client: current, stacks: await current.stacks(request) };
    } catch (error) {
      if (call.signal.aborted) return undefined;
      if (!(error instanceof ClientError) || (!error.isTemporary && error.status !== 401)) throw error;
      current = await reconnected(call, chosen, error);
    }
  }
  return undefined;
}

async function showOnce(call: Call, answer: Stacks): Promise<void> {
  const { terminal, values } = call;
  if (values.json === true) for (const row of answer.rows) await terminal.printJson(row);
  else if (answer.rows.length > 0) await terminal.print(stacksTable(answer, terminal.width));
  noteGround(call, answer.coverage, [
    ...(answer.rows.length === 0 ? ['no span matches'] : []),
    ...(answer.partial ? [PARTIAL] : []),
  ]);
}

async function showAgain({ terminal, values }: Call, answer: Stamped<Stacks>): Promise<void> {
  if (values.json === true) {
    for (const row of answer.rows) await terminal.printJson({ at: answer.to, ...row });
    return;
  }
  const title: Line = [
    piece(clock(answer.now), 'bold'),
    piece(`  every ${values.every} s · `, 'dim'),
    ...groundLine(answer.coverage),
  ];
  const lines = [title, ...stacksTable(answer, terminal.width)];
  if (terminal.canRedraw) await terminal.redraw(lines);
  else await terminal.print([...lines, []]);
}
