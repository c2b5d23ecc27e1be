import { clock } from '../../src/text/units.js';
import { epoch, pulse, serverNow } from '../api/live.js';
import { DEFAULT_WINDOW, go, note, route, type Route } from '../state/route.js';

/** A link offered in place of missing data. */
export interface Offer {
  readonly name: string;
  readonly act: () => void;
}

/** One sentence about missing data, with alternatives. */
export function Notice({ children: text, offers }: { children: string; offers: readonly Offer[] }) {
  return (
    <div class="notice" role="status">
      <span>{text}</span>
      {offers.map(({ name, act }) => (
        <button key={name} type="button" onClick={act}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** Notice that the selection in the address is not among the rows. */
export function RowNotice({ children, offers = [] }: { children: string; offers?: readonly Offer[] }) {
  return (
    <Notice offers={[...offers, { name: 'leave the selection', act: () => note({ row: '' }) }]}>{children}</Notice>
  );
}

const KEPT_MILLIS = 12 * 3_600_000;

/** Whether the address refers to data of an earlier start of the service. */
export function isOfEarlierStart({ epoch: named, traceId, window, more }: Route): boolean {
  if (named === undefined || epoch.value === undefined || named === epoch.value) return false;
  return traceId !== undefined || window.includes('..') || ['row', 'box', 'mark'].some((name) => name in more);
}

/** Notice that the data of an address is gone: it is from an earlier start of the service, or its window is too old. */
export function LinkNotice() {
  const place = route.value;
  if (place.screen === 'trace') return null;
  if (isOfEarlierStart(place)) return <EarlierStart />;
  const [from, to] = place.window.split('..').map(Number);
  if (from === undefined || to === undefined || place.screen === 'open') return null;
  const isOfHistory = place.screen === 'traces' || place.screen === 'logs';
  return isOfHistory ? <OfHistory from={from} to={to} /> : <OfAggregates to={to} />;
}

export const EARLIER_START = 'This link is from an earlier start of the service, and its data is gone.';

function EarlierStart() {
  const now = { name: 'show the present', act: () => go({ window: DEFAULT_WINDOW, more: {} }) };
  return <Notice offers={[now]}>{EARLIER_START}</Notice>;
}

function OfHistory({ from, to }: { from: number; to: number }) {
  const coverage = pulse.value?.coverage;
  const since = coverage?.retainedSince ?? 0;
  if (from >= since || coverage?.evicted === 0) return null;
  const kept = clock(since);
  if (to > since) return <Notice offers={[]}>{`Spans before ${kept} were evicted by newer ones.`}</Notice>;
  const oldest = `${Math.floor(since)}..${Math.ceil(since + to - from)}`;
  return (
    <Notice
      offers={[
        { name: 'the oldest that are kept', act: () => go({ window: oldest }) },
        { name: 'the newest', act: () => go({ window: DEFAULT_WINDOW }) },
      ]}
    >
      {`The spans of this window were evicted by newer ones; the oldest one kept is from ${kept}.`}
    </Notice>
  );
}

function OfAggregates({ to }: { to: number }) {
  if (serverNow.value === 0 || to >= serverNow.value - KEPT_MILLIS) return null;
  return (
    <Notice offers={[{ name: 'the last 12 h', act: () => go({ window: '12h' }) }]}>
      This window is older than the 12 hours that are kept.
    </Notice>
  );
}
