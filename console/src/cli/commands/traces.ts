import type { TracesRequest, TraceSummary } from '../../api/schemas.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { JSON_FLAG, limitFlag, PID_FLAG, sortFlag, URL_FLAG, WINDOW_FLAG } from '../flags.js';
import { grouped } from '../../text/units.js';
import { traceLine } from '../views/trace-line.js';
import { collectPages, mergePages } from './pages.js';
import { connect, givenUpRemark, noteGround, PARTIAL, QUERY_WORDS, queryOf, unseenRemark } from './queried.js';

const MOST = 1_000;
const DEFAULT_LIMIT = 50;

type Order = Exclude<NonNullable<TracesRequest['sort']>, 'newest'>;

/** The orders of the API but its usual one, for pages that have to be merged. */
export const ORDERS: Readonly<Record<Order, (a: TraceSummary, b: TraceSummary) => number>> = {
  slowest: (a, b) => b.duration - a.duration,
  spans: (a, b) => b.spans - a.spans,
  errors: (a, b) => b.failed - a.failed,
};

export const traces: Command = {
  name: 'traces',
  args: '[query]',
  count: QUERY_WORDS,
  summary: 'lists traces that match, the newest first',
  flags: [
    WINDOW_FLAG,
    sortFlag(['newest', 'slowest', 'spans', 'errors']),
    limitFlag(MOST, DEFAULT_LIMIT),
    JSON_FLAG,
    PID_FLAG,
    URL_FLAG,
  ],
  async run(call) {
    const { terminal, values } = call;
    const { client } = await connect(call);
    const limit = values.limit ?? DEFAULT_LIMIT;
    const sort = values.sort as TracesRequest['sort'];
    const request = { query: queryOf(call), window: values.window, sort };
    let unseenKeys: readonly string[] = [];
    const requestPage = async (more: Pick<TracesRequest, 'limit' | 'cursor'>) => {
      const page = await client.traces({ ...request, ...more });
      ({ unseenKeys } = page);
      return page;
    };
    const found =
      sort === undefined || sort === 'newest'
        ? await collectPages(limit, requestPage)
        : await mergePages(limit, ORDERS[sort], requestPage);
    const services = new Set(found.rows.map(({ service }) => service)).size > 1;
    if (values.json === true) for (const row of found.rows) await terminal.printJson(row);
    else await terminal.print(found.rows.map((row) => traceLine(row, terminal.width, services)));
    noteGround(call, found.coverage, [
      ...(found.rows.length === 0 ? ['no trace matches', ...unseenRemark(unseenKeys)] : []),
      ...(found.more
        ? [`more traces match than the ${grouped(found.rows.length)} shown; --limit shows up to ${MOST}`]
        : []),
      ...(found.partial ? [PARTIAL] : []),
      ...givenUpRemark(found.givenUp, 'trace'),
    ]);
    return EXIT.ok;
  },
};
