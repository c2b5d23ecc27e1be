import { hopsOf, otherLossesOf, type Hop } from '../../api/loss-hops.js';
import type { Coverage } from '../../api/schemas.js';
import { piece, type Line } from '../../text/styled.js';
import { counted, grouped, clock } from '../../text/units.js';

/** The number of spans behind an answer, and the number of lost ones, in red if there are any. */
export function groundLine({ received, retained, retainedSince, lost }: Coverage): Line {
  const since = retainedSince === null ? '' : ` since ${clock(retainedSince)}`;
  return [
    piece(`received ${grouped(received)} · kept ${grouped(retained)}${since} · `, 'dim'),
    lost.total > 0
      ? piece(`lost ${counted(lost.total, 'span')} (${hopsOf(lost).map(shown).join(', ')})`, 'red')
      : piece('lost 0', 'dim'),
    ...otherLossesOf(lost).map((hop) => piece(` · ${shown(hop)}`, 'red')),
  ];
}

/** Whether anything was lost or refused. */
export function hasLosses({ lost }: Coverage): boolean {
  return lost.total > 0 || otherLossesOf(lost).length > 0;
}

function shown([name, count]: Hop): string {
  return `${name} ${grouped(count)}`;
}
