import type { StackRow, StacksRequest } from '../../src/api/schemas.js';
import { duration, percent, rate } from '../../src/text/units.js';

export type Sort = NonNullable<StacksRequest['sort']>;
type Figure = (row: StackRow) => string;

export interface Column {
  readonly sort: Sort | undefined;
  readonly name: string;
  readonly title: string;
  readonly text: Figure;
  readonly tone?: (row: StackRow) => string;
}

/** Figures of a call path. */
export const COLUMNS: readonly Column[] = [
  { sort: 'calls', name: 'calls/s', title: 'Calls per second', text: ({ perSecond }) => rate(perSecond) },
  {
    sort: 'errors',
    name: 'errors',
    title: 'Share of calls that failed',
    text: ({ errors, calls }) => (errors === 0 ? '–' : percent(errors / calls)),
    tone: ({ errors }) => (errors > 0 ? 'bad' : 'faint'),
  },
  { sort: 'p50', name: 'p50', title: 'Median duration', text: ({ p50 }) => duration(p50) },
  { sort: 'p95', name: 'p95', title: '95th percentile of the duration', text: ({ p95 }) => duration(p95) },
  { sort: 'p99', name: 'p99', title: '99th percentile of the duration', text: ({ p99 }) => duration(p99) },
  {
    sort: 'self',
    name: 'self p95',
    title: '95th percentile of the self time; sorted by its sum',
    text: ({ selfP95 }) => duration(selfP95),
    tone: () => 'faint',
  },
  { sort: 'total', name: 'share', title: 'Share of the time of all roots', text: ({ share }) => percent(share) },
];
export const SORTS = ['total', ...COLUMNS.map(({ sort }) => sort), 'name'].filter(
  (sort, index, all): sort is Sort => sort !== undefined && all.indexOf(sort) === index,
);
