import { hopsOf, otherLossesOf } from '../../src/api/loss-hops.js';
import type { Losses } from '../../src/api/schemas.js';
import { grouped } from '../../src/text/units.js';

/** The number of lost spans. If anything was lost or refused, it is red and opens a list that says where. */
export function LostCount({ lost }: { lost: Losses }) {
  const others = otherLossesOf(lost);
  if (lost.total === 0 && others.length === 0) return <span>lost 0</span>;
  return (
    <details class="lost">
      <summary>{lost.total > 0 ? `lost ${grouped(lost.total)}` : 'other losses'}</summary>
      <table>
        <caption>Spans that are not shown, and other losses</caption>
        <tbody>
          {[...hopsOf(lost), ...others].map(([hop, count]) => (
            <tr key={hop}>
              <th scope="row">{hop}</th>
              <td class="num">{grouped(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
