import type { OpenSpanRow } from '../../src/api/schemas.js';
import { counted, duration, grouped } from '../../src/text/units.js';
import { pulse, type Watched } from '../api/live.js';
import { Empty } from '../parts/empty.js';
import { heads, ListHead, ListRow, ListTable, useList } from '../parts/list.js';
import { RowNotice, type Offer } from '../parts/notice.js';
import { Unfinished } from '../parts/unfinished.js';
import { useAnswer } from '../state/answer.js';
import { go, route, TRACE_ID } from '../state/route.js';
import { anyHas, attributesText, line } from '../text/shown.js';

const LIMIT = 1_000;
/** Age from which the list counts as outdated. The service itself sends the list, so it must be busy then. */
const OLD_MILLIS = 1_500;

const idOf = ({ traceId, spanId }: OpenSpanRow): string => `${traceId}:${spanId}`;

/** Spans that have not ended, oldest first. */
export function OpenScreen() {
  const { query, more } = route.value;
  const asked: Watched<'open'> = { view: 'open', parameters: { query, limit: LIMIT } };
  const answer = useAnswer(asked);
  const rows = answer?.spans ?? [];
  const list = useList({ title: 'Open spans', noun: 'span', rows, idOf, has: openHas });
  if (answer?.tracked === false) return <NotTracked />;
  return (
    <>
      <ListHead list={list}>
        <span class="faint">{answer !== undefined && counted(answer.total, 'open span')}</span>
        <Unfinished answer={answer} noun="span" />
      </ListHead>
      {answer !== undefined && <Blocked ageMillis={answer.ageMillis} />}
      {answer !== undefined && list.isMissing && rows.length === answer.total && (
        <RowNotice offers={traceOffer(more['row'] ?? '')}>The selected span is not open any more.</RowNotice>
      )}
      <ListTable
        list={list}
        label="Open spans"
        style="open-table"
        head={heads([['age', 'num'], ['name'], ['in'], ['logs', 'num'], ['attributes']])}
        empty={<Empty loaded={answer !== undefined}>No span is open.</Empty>}
      >
        {(row, place) => (
          <ListRow key={idOf(row)} {...place} onSelect={list.select}>
            <td class="num">{duration(row.ageMillis)}</td>
            <td class="root-name">{line(row.name) || '(no name)'}</td>
            <td class="faint">{line(row.path.slice(0, -1).join(' › '))}</td>
            <td class="num faint">{grouped(row.logs)}</td>
            <td>
              <span class="hint">{attributesText(row.attributes)}</span>
            </td>
          </ListRow>
        )}
      </ListTable>
    </>
  );
}

/** Notice that the service's event loop is blocked, so the list is outdated. */
function Blocked({ ageMillis }: { ageMillis: number }) {
  const blockedMillis = pulse.value?.loop.blockedMillis ?? null;
  if (blockedMillis !== null) {
    return (
      <p class="blocked" role="status">
        <strong class="bad">event loop blocked for {duration(blockedMillis)}</strong> These spans were open{' '}
        {duration(ageMillis)} ago, when the service answered last. One of them may be the cause.
      </p>
    );
  }
  if (ageMillis <= OLD_MILLIS) return null;
  return (
    <p class="blocked" role="status">
      These spans were open {duration(ageMillis)} ago, when the service answered last.
    </p>
  );
}

function openHas({ name, path, attributes, traceId, spanId }: OpenSpanRow, needle: string): boolean {
  return anyHas([name, ...path, traceId, spanId, ...Object.entries(attributes).flat()], needle);
}

/** Offers the trace of a span that has ended. */
function traceOffer(row: string): readonly Offer[] {
  const [traceId = '', span = ''] = row.split(':');
  if (!TRACE_ID.test(traceId)) return [];
  return [{ name: 'its trace', act: () => go({ screen: 'trace', traceId, more: { span } }) }];
}

function NotTracked() {
  return (
    <div class="empty">
      <p>The service does not keep track of open spans.</p>
      <p class="faint">
        They are listed here if the cache is made with <code>new SpanCache({'{ trackOpenSpans: true }'})</code>. Spans
        of other processes come when they end.
      </p>
    </div>
  );
}
