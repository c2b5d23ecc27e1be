import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../../client/client-error.js';
import type { ConsoleClient } from '../../client/console-client.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit.js';
import { integerFlag, JSON_FLAG, PID_FLAG, URL_FLAG } from '../flags.js';
import { connect, type Connected, QUERY_WORDS, queryOf } from './queried.js';
import { reconnected } from './reconnect.js';
import { TailOutput } from './tail-output.js';

/**
 * Rows of the live view: the number of traces that may arrive between two frames, of which there are ten per second.
 */
const ROWS = 200;
const DEFAULT_LAST = 10;
const POLL_MILLIS = 1_000;
/** Number of polls before the next attempt to open a stream. */
const POLLS = 30;

export const tail: Command = {
  name: 'tail',
  args: '[query]',
  count: QUERY_WORDS,
  summary: 'shows traces as they finish, until it is interrupted',
  details: ['After a restart, it continues with the next process of the service, unless --pid chose one.'],
  flags: [
    integerFlag('last', 'n', 0, ROWS, `earlier traces to show first (default ${DEFAULT_LAST})`),
    JSON_FLAG,
    PID_FLAG,
    URL_FLAG,
  ],
  async run(call) {
    const connected = await connect(call);
    const output = new TailOutput(call, call.values.last ?? DEFAULT_LAST);
    let client: ConsoleClient | undefined = connected.client;
    while (client !== undefined && !call.signal.aborted) client = await follow(call, connected, client, output);
    return EXIT.ok;
  },
};

/**
 * Follows one console until it is gone.
 *
 * @returns the client with which to continue; undefined at the end
 */
async function follow(
  call: Call,
  { chosen }: Connected,
  client: ConsoleClient,
  output: TailOutput,
): Promise<ConsoleClient | undefined> {
  try {
    output.onHello(await client.hello());
    await stream(call, client, output);
    // The console has closed the stream, but may be reachable again at once.
    throw new ClientError(`the console at ${client.target.url} has ended`);
  } catch (error) {
    if (call.signal.aborted) return undefined;
    if (!(error instanceof ClientError)) throw error;
    if (error.status === 429) return polled(call, client, output);
    const isListed = call.values.url === undefined;
    if (!error.isTemporary && !(error.status === 401 && isListed)) throw error;
    return reconnected(call, chosen, error);
  }
}

async function stream(call: Call, client: ConsoleClient, output: TailOutput): Promise<void> {
  const request = { query: queryOf(call), limit: ROWS, sort: 'newest', after: output.position };
  for await (const frame of client.live('traces', request)) await output.onFrame(frame);
}

/** Requests the newest traces every second, because a console serves only a few streams. */
async function polled(call: Call, client: ConsoleClient, output: TailOutput): Promise<ConsoleClient | undefined> {
  call.terminal.note('the console has no free stream: the newest traces are requested every second');
  for (let poll = 0; poll < POLLS && !call.signal.aborted; poll++) {
    const answer = await client
      .traces({ query: queryOf(call), limit: ROWS, sort: 'newest' })
      .catch((error: unknown) => {
        if (error instanceof ClientError && error.isTemporary) return undefined;
        throw error;
      });
    // The next stream reports the reason.
    if (answer === undefined) break;
    await output.onRows(answer.rows);
    await sleep(POLL_MILLIS, undefined, { signal: call.signal }).catch(() => {});
  }
  return client;
}
