import type { TraceDetail } from '../../api/schemas.js';
import type { ConsoleClient } from '../../client/console-client.js';
import type { Command } from '../command.js';
import { CommandError, EXIT, UsageError } from '../exit.js';
import { JSON_FLAG, PID_FLAG, URL_FLAG } from '../flags.js';
import { traceTree } from '../views/trace-tree.js';
import { connect, noteGround } from './queried.js';

const WHOLE_ID = /^[0-9a-f]{32}$/;
const START_OF_ID = /^[0-9a-f]{4,31}$/;
/** The time for which stacks are kept. Spans are older only if few arrive. */
const WINDOW = '1000h';

export const trace: Command = {
  name: 'trace',
  args: '<id>',
  count: [1, 1],
  summary: 'shows a trace: its tree with log lines, self times and the critical path',
  details: ['At least the first four digits of an id suffice, if no other trace begins with them.'],
  flags: [{ name: 'all', help: 'all attributes, and stack traces' }, JSON_FLAG, PID_FLAG, URL_FLAG],
  async run(call) {
    const { terminal, values, args } = call;
    const id = (args[0] as string).toLowerCase();
    if (!WHOLE_ID.test(id) && !START_OF_ID.test(id)) {
      throw new UsageError(
        `trace: <id> must be 32 hexadecimal digits, or at least the first 4, got ${JSON.stringify(id)}`,
      );
    }
    const { client } = await connect(call);
    const found = await client.trace(WHOLE_ID.test(id) ? id : await completed(client, id));
    if (values.json === true) await terminal.printJson(found);
    else await terminal.print(traceTree(found, { width: terminal.width, all: values.all === true }));
    noteGround(call, found.coverage, remarksOn(found));
    return EXIT.ok;
  },
};

function remarksOn({ complete }: TraceDetail): string[] {
  return complete ? [] : ['this trace is incomplete: its root has not ended in time, or a part of it was evicted'];
}

/** The full id of the only trace whose id begins with `start`. */
async function completed(client: ConsoleClient, start: string): Promise<string> {
  const { rows } = await client.traces({ query: `trace ~ "^${start}"`, window: WINDOW, limit: 20 });
  const ids = [...new Set(rows.map(({ traceId }) => traceId))].filter((id) => id.startsWith(start));
  const [only, ...more] = ids;
  if (only === undefined) throw new CommandError(`no kept trace has an id that begins with ${start}`);
  if (more.length > 0)
    throw new UsageError(`several traces have an id that begins with ${start}:\n  ${ids.join('\n  ')}`);
  return only;
}
