import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { JSON_FLAG, limitFlag, PID_FLAG, URL_FLAG, WINDOW_FLAG } from '../flags.js';
import { counted, grouped } from '../../text/units.js';
import { logLine } from '../views/log-line.js';
import { collectPages } from './pages.js';
import { connect, givenUpRemark, noteGround, PARTIAL, QUERY_WORDS, queryOf } from './queried.js';

const MOST = 1_000;
const DEFAULT_LIMIT = 100;

export const logs: Command = {
  name: 'logs',
  args: '[query]',
  count: QUERY_WORDS,
  summary: 'lists matching log lines, newest last',
  flags: [WINDOW_FLAG, limitFlag(MOST, DEFAULT_LIMIT), JSON_FLAG, PID_FLAG, URL_FLAG],
  async run(call) {
    const { terminal, values } = call;
    const { client } = await connect(call);
    const limit = values.limit ?? DEFAULT_LIMIT;
    const request = { query: queryOf(call), window: values.window };
    const found = await collectPages(limit, (more) => client.logs({ ...request, ...more }));
    const rows = found.rows.toReversed();
    if (values.json === true) for (const row of rows) await terminal.printJson(row);
    else await terminal.print(rows.map(logLine));
    const { evictedLogs } = found.coverage;
    noteGround(call, found.coverage, [
      ...(rows.length === 0 ? ['no log line matches'] : []),
      ...(found.more
        ? [`there are older ones than the ${grouped(rows.length)} shown; --limit shows up to ${MOST}`]
        : []),
      ...(evictedLogs > 0 ? [`${counted(evictedLogs, 'log record')} without a span, evicted by newer ones`] : []),
      ...(found.partial ? [PARTIAL] : []),
      ...givenUpRemark(found.givenUp, 'log line'),
    ]);
    return EXIT.ok;
  },
};
