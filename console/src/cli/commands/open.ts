import type { Open } from '../../api/schemas.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { JSON_FLAG, limitFlag, PID_FLAG, URL_FLAG } from '../flags.js';
import { counted, duration } from '../../text/units.js';
import { openList } from '../views/open-list.js';
import { connect, QUERY_WORDS, queryOf } from './queried.js';

const MOST = 1_000;
const DEFAULT_LIMIT = 100;
/** Time within which the host replies while its event loop is not blocked. */
const PROMPT_MILLIS = 1_000;

const NOT_TRACKED =
  'open spans are not tracked: a service that serves a console must make its cache with trackOpenSpans: true; ' +
  'other processes send spans when they end';

export const open: Command = {
  name: 'open',
  args: '[query]',
  count: QUERY_WORDS,
  summary: 'lists spans that have not ended, the oldest first',
  flags: [limitFlag(MOST, DEFAULT_LIMIT), JSON_FLAG, PID_FLAG, URL_FLAG],
  async run(call) {
    const { terminal, values } = call;
    const { client } = await connect(call);
    const found = await client.open({ query: queryOf(call), limit: values.limit ?? DEFAULT_LIMIT });
    if (values.json === true) for (const span of found.spans) await terminal.printJson(span);
    else await terminal.print(openList(found.spans));
    for (const remark of remarksOn(found)) terminal.note(remark);
    return EXIT.ok;
  },
};

function remarksOn({ tracked, spans, total, ageMillis, partial }: Open): string[] {
  if (!tracked) return [NOT_TRACKED];
  return [
    ...(spans.length === 0 ? ['no span is open'] : []),
    ...(total > spans.length ? [`${counted(spans.length, 'span')} of ${counted(total, 'span')} shown`] : []),
    ...(partial ? ['not all open spans were searched: the time limit was reached'] : []),
    ...(ageMillis > PROMPT_MILLIS ? [`as it was ${duration(ageMillis)} ago: the service has not answered since`] : []),
  ];
}
