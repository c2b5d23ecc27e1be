import type { LogLine } from '../../src/api/schemas.js';
import { counted, timeOfDay } from '../../src/text/units.js';
import { pulse, type Watched } from '../api/live.js';
import { Empty } from '../parts/empty.js';
import { heads, ListHead, ListRow, ListTable, useList } from '../parts/list.js';
import { RowNotice } from '../parts/notice.js';
import { Unfinished } from '../parts/unfinished.js';
import { useAnswer } from '../state/answer.js';
import { useLiveRows } from '../state/live-rows.js';
import { go, linkTo, route } from '../state/route.js';
import { anyHas, attributesText, line } from '../text/shown.js';

const LIMIT = 200;

/** Log lines, with and without a span, newest on top. */
export function LogsScreen() {
  const { query, window } = route.value;
  const asked: Watched<'logs'> = { view: 'logs', parameters: { query, window, limit: LIMIT } };
  const answer = useAnswer(asked);
  const live = useLiveRows(asked, answer, LIMIT);
  const { rows } = live;
  const list = useList({
    title: 'Logs',
    noun: 'line',
    rows,
    idOf: ({ id }) => id,
    has: logHas,
    rowHeight: 24,
    live,
    enter: { does: 'to its span', run: openSpan },
  });
  return (
    <>
      <ListHead list={list}>
        <span class="faint">{answer !== undefined && counted(Math.max(answer.matched, rows.length), 'line')}</span>
        <Unfinished answer={answer} noun="line" onMore={live.older} />
        <EvictedLogs />
      </ListHead>
      {answer !== undefined && list.isMissing && (
        <RowNotice>The selected log line is not among the lines of this list.</RowNotice>
      )}
      <ListTable
        list={list}
        label="Log lines"
        style="logs-table"
        head={heads([['time'], ['severity'], ['text'], ['span']])}
        empty={<Empty loaded={answer !== undefined}>No log lines in this window yet.</Empty>}
      >
        {(row, place) => (
          <ListRow key={row.id} {...place} onSelect={list.select}>
            <td class="num faint">{timeOfDay(row.time)}</td>
            <td class={tone(row)}>{line(row.severity, 20)}</td>
            <td>
              {line(row.body, 1_000)} <span class="hint">{attributesText(row.attributes)}</span>
            </td>
            <td class="faint">
              <SpanLink row={row} />
            </td>
          </ListRow>
        )}
      </ListTable>
    </>
  );
}

function logHas({ body, severity, span, traceId, attributes }: LogLine, needle: string): boolean {
  return anyHas([body, severity, span, traceId, ...Object.entries(attributes).flat()], needle);
}

/** Log records without a span have a bound of their own. */
function EvictedLogs() {
  const evicted = pulse.value?.coverage.evictedLogs ?? 0;
  if (evicted === 0) return null;
  return <span class="warn">{counted(evicted, 'record')} without a span, evicted by newer ones</span>;
}

function tone({ severityNumber }: LogLine): string {
  if (severityNumber === null || severityNumber < 13) return 'faint';
  return severityNumber < 17 ? 'warn' : 'bad';
}

function SpanLink({ row }: { row: LogLine }) {
  if (row.span === null || row.traceId === null) return <>{row.reason === null ? '' : line(row.reason, 60)}</>;
  const more = { span: row.spanId ?? '' };
  return <a href={linkTo({ screen: 'trace', traceId: row.traceId, more })}>{line(row.span, 100) || '(no name)'}</a>;
}

function openSpan(row: LogLine | undefined): void {
  if (row === undefined || row.span === null || row.traceId === null) return;
  go({ screen: 'trace', traceId: row.traceId, more: { span: row.spanId ?? '' } });
}
