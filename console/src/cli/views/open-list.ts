import type { Open } from '../../api/schemas.js';
import { beside, piece, right, type Line } from '../../text/styled.js';
import { counted, duration } from '../../text/units.js';
import { spanAttributes } from './attributes.js';
import { ID_DIGITS } from './trace-line.js';

/** The spans that have not ended, oldest first, each with its open ancestors. */
export function openList(spans: Open['spans']): Line[] {
  return spans.map(({ ageMillis, traceId, name, path, attributes, logs }) =>
    beside(
      right([piece(duration(ageMillis), ageMillis >= 10_000 ? 'yellow' : 'plain')], 8),
      [piece(traceId.slice(0, ID_DIGITS), 'dim')],
      [
        piece(name, 'bold'),
        ...(path.length > 1 ? [piece(` in ${path.slice(0, -1).toReversed().join(' in ')}`, 'dim')] : []),
      ],
      ...(logs > 0 ? [[piece(counted(logs, 'log'), 'dim')]] : []),
      ...spanAttributes({ attributes, name }, false),
    ),
  );
}
