import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { JSON_FLAG, limitFlag, PID_FLAG, URL_FLAG, WINDOW_FLAG } from '../flags.js';
import { counted } from '../../text/units.js';
import { errorsList } from '../views/errors-list.js';
import { connect, noteGround, PARTIAL, QUERY_WORDS, queryOf } from './queried.js';

const MOST = 500;
const DEFAULT_LIMIT = 50;

export const errors: Command = {
  name: 'errors',
  args: '[query]',
  count: QUERY_WORDS,
  summary: 'lists errors in groups of similar ones',
  flags: [
    WINDOW_FLAG,
    limitFlag(MOST, DEFAULT_LIMIT),
    { name: 'stacks', help: 'with the latest stack trace of each' },
    JSON_FLAG,
    PID_FLAG,
    URL_FLAG,
  ],
  async run(call) {
    const { terminal, values } = call;
    const { client } = await connect(call);
    const limit = values.limit ?? DEFAULT_LIMIT;
    const { groups, folded, partial, coverage, now } = await client.errors({
      query: queryOf(call),
      window: values.window,
      limit,
    });
    if (values.json === true) for (const group of groups) await terminal.printJson(group);
    else await terminal.print(errorsList(groups, now, values.stacks === true));
    noteGround(call, coverage, [
      ...(partial ? [PARTIAL] : []),
      ...(groups.length === 0 ? ['no error matches'] : []),
      ...(groups.length === limit && limit < MOST ? [`there may be more groups; --limit shows up to ${MOST}`] : []),
      ...(folded > 0 ? [`${counted(folded, 'further error')} of kinds that found no place in the list`] : []),
    ]);
    return EXIT.ok;
  },
};
