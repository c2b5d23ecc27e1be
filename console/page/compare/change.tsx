import type { StackRow } from '../../src/api/schemas.js';
import { duration, percent, rate } from '../../src/text/units.js';

type Measured = Pick<StackRow, 'calls' | 'errors' | 'perSecond' | 'p50' | 'p95'>;

/** A figure to compare with its value before a mark. */
export interface ComparedFigure {
  readonly name: string;
  readonly title: string;
  readonly sort: 'calls' | 'errors' | 'p50' | 'p95';
  readonly of: (row: Measured) => number;
  readonly text: (value: number) => string;
  /** Whether more is worse. Otherwise a change is neither good nor bad. */
  readonly moreIsWorse: boolean;
  /** Whether the figure is a share, whose change is shown in percentage points. */
  readonly isShare?: boolean;
}

export const COMPARED: readonly ComparedFigure[] = [
  {
    name: 'calls/s',
    title: 'Calls per second, before the mark and since',
    sort: 'calls',
    of: ({ perSecond }) => perSecond,
    text: rate,
    moreIsWorse: false,
  },
  {
    name: 'errors',
    title: 'Share of calls that failed, before the mark and since',
    sort: 'errors',
    of: ({ calls, errors }) => (calls === 0 ? 0 : errors / calls),
    text: percent,
    moreIsWorse: true,
    isShare: true,
  },
  {
    name: 'p50',
    title: 'Median duration, before the mark and since',
    sort: 'p50',
    of: ({ p50 }) => p50,
    text: duration,
    moreIsWorse: true,
  },
  {
    name: 'p95',
    title: '95th percentile of the duration, before the mark and since',
    sort: 'p95',
    of: ({ p95 }) => p95,
    text: duration,
    moreIsWorse: true,
  },
];

/** Smaller relative changes are within the noise of a percentile, and shown as "about the same". */
const SAME = 0.05;

interface ChangeProps {
  readonly was: number;
  readonly is: number;
  readonly text: (value: number) => string;
  readonly moreIsWorse: boolean;
  readonly isShare?: boolean | undefined;
}

/** A figure before and after a mark, with the direction as a sign and, for screen readers, as a word. */
export function Change({ was, is, text, moreIsWorse, isShare }: ChangeProps) {
  if (isShare === true && was === 0 && is === 0) return <span class="change faint">–</span>;
  return (
    <span class="change">
      <span class="was">{text(was)}</span>
      <span class="to">
        <span class="unseen">then</span>
        <span aria-hidden="true">→</span>
      </span>
      <span class="is">{text(is)}</span>
      <Difference was={was} is={is} moreIsWorse={moreIsWorse} isShare={isShare} />
    </span>
  );
}

function Difference({ was, is, moreIsWorse, isShare }: Omit<ChangeProps, 'text'>) {
  if (was === is || Math.abs(is - was) < SAME * Math.max(was, is))
    return (
      <span class="difference faint">
        <span aria-hidden="true">≈</span>
        <span class="unseen">about the same</span>
      </span>
    );
  const isMore = is > was;
  const tone = moreIsWorse ? (isMore ? 'bad' : 'good') : 'faint';
  return (
    <span class={`difference ${tone}`}>
      <span aria-hidden="true">{isMore ? '▲' : '▼'}</span>
      <span class="unseen">{isMore ? 'more' : 'less'}</span> {isShare === true ? points(is - was) : sizeOf(was, is)}
    </span>
  );
}

function points(change: number): string {
  const size = Math.abs(change) * 100;
  return `${Number(size.toFixed(size < 9.95 ? 1 : 0))} pts`;
}

function sizeOf(was: number, is: number): string {
  if (was === 0) return 'new';
  if (is === 0) return 'gone';
  const ratio = is / was;
  if (ratio >= 1.995) return `${Number(ratio.toPrecision(2))}×`;
  return percent(Math.abs(ratio - 1));
}

/** The cells of a call path in a comparison. */
export function ComparedCells({ row }: { row: StackRow }) {
  const { before, calls } = row;
  const state = before === null || before.calls === 0 ? 'new' : calls === 0 ? 'gone' : 'both';
  if (before === null || state !== 'both') {
    return (
      <>
        {COMPARED.map((figure) => (
          <td key={figure.name} class="num compared">
            <span class="change">
              <span class="was">{state === 'gone' && before !== null && figure.text(figure.of(before))}</span>
              <span />
              <span class="is">{state === 'new' && figure.text(figure.of(row))}</span>
              <span class="difference faint">{state}</span>
            </span>
          </td>
        ))}
      </>
    );
  }
  return (
    <>
      {COMPARED.map(({ name, of, text, moreIsWorse, isShare }) => (
        <td key={name} class="num compared">
          <Change was={of(before)} is={of(row)} text={text} moreIsWorse={moreIsWorse} isShare={isShare} />
        </td>
      ))}
    </>
  );
}
