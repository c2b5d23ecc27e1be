import { useMemo } from 'preact/hooks';
import type { ErrorGroup } from '../../src/api/schemas.js';
import { ago, counted, grouped, rate, timeOfDay } from '../../src/text/units.js';
import { epoch, serverNow, type Watched } from '../api/live.js';
import { Change } from '../compare/change.js';
import { CompareChoice, ComparedTimes, useCompare } from '../compare/compare-choice.js';
import { copy } from '../parts/copy.js';
import { Empty } from '../parts/empty.js';
import { Facts, StackTrace, type Fact } from '../parts/facts.js';
import { heads, ListHead, ListRow, ListTable, useList } from '../parts/list.js';
import { RowNotice } from '../parts/notice.js';
import { Spark } from '../parts/spark.js';
import { Unfinished } from '../parts/unfinished.js';
import { useAnswer } from '../state/answer.js';
import { useSteadyRows } from '../state/list.js';
import { go, linkTo, route } from '../state/route.js';
import { anyHas, line } from '../text/shown.js';

const LIMIT = 500;
const NONE: readonly ErrorGroup[] = [];

/** Groups of similar errors, beside the latest error of the selected group. */
export function ErrorsScreen() {
  const { query, window, more } = route.value;
  const mark = more['mark'] ?? '';
  const asked: Watched<'errors'> = { view: 'errors', parameters: { query, window, mark, limit: LIMIT } };
  const answer = useAnswer(asked);
  // The newest kind of error first: this order changes only when there is one more.
  const sorted = useMemo(() => (answer?.groups ?? NONE).toSorted((a, b) => b.id - a.id), [answer]);
  const live = useSteadyRows(sorted, JSON.stringify([asked, epoch.value]));
  const groups = live.rows;
  const compare = useCompare(answer?.marks, mark);
  const list = useList({
    title: 'Errors',
    noun: 'group',
    rows: groups,
    idOf: ({ id }) => String(id),
    has: groupHas,
    live,
    enter: { does: 'the latest trace of it', run: (group = groups[0]) => group !== undefined && go(latestOf(group)) },
    keys: compare.keys,
  });
  const current = groups[list.selected] ?? groups[0];
  return (
    <>
      <ListHead list={list}>
        <span class="faint">{answer !== undefined && counted(groups.length, 'group')}</span>
        <Unfinished answer={answer} noun="group" />
        {answer !== undefined && answer.folded > 0 && (
          <span class="warn">{counted(answer.folded, 'error')} in evicted groups</span>
        )}
        <CompareChoice {...compare} />
        {mark !== '' && <ComparedTimes {...compare} />}
      </ListHead>
      {answer !== undefined && list.isMissing && (
        <RowNotice offers={[{ name: 'look in the last 12 h', act: () => go({ window: '12h', more }) }]}>
          The selected group has no errors in this window.
        </RowNotice>
      )}
      <div class="trace-split">
        <ListTable
          list={list}
          label="Groups of errors"
          style={`errors-table ${mark === '' ? '' : 'compared-table'}`}
          head={heads([
            ['error'],
            ['count', 'num'],
            ['per min', 'num', mark === '' ? undefined : 'Before the mark and since'],
            ['last seen', 'num'],
            ['over time'],
          ])}
          empty={<Empty loaded={answer !== undefined}>No errors in this window.</Empty>}
        >
          {(group, place) => (
            <ListRow key={group.id} {...place} selected={group === current} onSelect={list.select}>
              <td>
                <span class="bad root-name">{line(group.type, 80)}</span> {line(group.message)}
              </td>
              <td class="num">{grouped(group.count)}</td>
              <td class={group.before === null ? 'num faint' : 'num compared'}>
                {group.before === null ? (
                  rate(group.perMinute)
                ) : (
                  <Change was={group.before.perMinute} is={group.perMinute} text={rate} moreIsWorse />
                )}
              </td>
              <td class="num faint">{ago(group.lastSeen, serverNow.value)}</td>
              <td class="spark-bad">
                <Spark counts={group.spark} label={`${grouped(group.count)} errors`} />
              </td>
            </ListRow>
          )}
        </ListTable>
        <aside class="detail" aria-label="Latest error of the group" tabIndex={0}>
          {current === undefined ? (
            <p class="faint">No group is selected.</p>
          ) : (
            <GroupDetail group={current} groups={groups} />
          )}
        </aside>
      </div>
    </>
  );
}

function groupHas({ type, message, frame, latest }: ErrorGroup, needle: string): boolean {
  return anyHas([type, message, frame, latest.message, latest.span, latest.traceId], needle);
}

function latestOf({ latest: { traceId, spanId } }: ErrorGroup) {
  return { screen: 'trace', traceId, more: { span: spanId } } as const;
}

function GroupDetail({ group, groups }: { group: ErrorGroup; groups: readonly ErrorGroup[] }) {
  const { latest } = group;
  const own = new Set(group.traces);
  const beside = groups.filter((other) => other !== group && other.traces.some((traceId) => own.has(traceId)));
  return (
    <>
      <h2 class="detail-name">
        <span class="bad group-type">{line(group.type, 200)}</span>
      </h2>
      <p class="message">{line(latest.message, 4_000)}</p>
      <Facts facts={factsOf(group)} />
      <p class="acts">
        <a class="button" href={linkTo(latestOf(group))}>
          open the latest trace
        </a>
      </p>
      {latest.stack !== null && (
        <>
          <h3>
            Stack trace{' '}
            <button type="button" class="quiet" onClick={() => void copy(latest.stack ?? '', 'the stack trace')}>
              copy
            </button>
          </h3>
          <StackTrace stack={latest.stack} />
        </>
      )}
      {beside.length > 0 && (
        <>
          <h3>In the same traces</h3>
          <ul class="links">
            {beside.map(({ id, type, message }) => (
              <li key={id}>
                <a href={linkTo({ more: { ...route.value.more, row: String(id) } })}>
                  <span class="bad">{line(type, 80)}</span> {line(message)}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>Traces, newest first</h3>
      <ul class="links">
        {group.traces.map((traceId) => (
          <li key={traceId}>
            <a class="mono" href={linkTo({ screen: 'trace', traceId })}>
              {traceId}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function factsOf({ count, perMinute, firstSeen, lastSeen, frame, latest }: ErrorGroup): Fact[] {
  return [
    ['count', `${grouped(count)}, ${rate(perMinute)} a minute`],
    ['first', timeOfDay(firstSeen)],
    ['last', timeOfDay(lastSeen)],
    ['span', line(latest.span, 200)],
    ...(frame === null ? [] : [['frame', line(frame, 400)] as const]),
  ];
}
