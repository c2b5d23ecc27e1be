import type { ErrorGroup } from '../../api/schemas.js';
import { sparkline } from '../../text/bars.js';
import { beside, piece, right, type Line } from '../../text/styled.js';
import { ago, grouped, rate } from '../../text/units.js';
import { ID_DIGITS } from './trace-line.js';

const MAX_FRAMES = 8;
const INDENT = ' '.repeat(10);

/** Groups of errors: their count, type and place, and the latest error with its trace. */
export function errorsList(groups: readonly ErrorGroup[], now: number, stacks: boolean): Line[] {
  return groups.flatMap((group) => [
    beside(right([piece(`${grouped(group.count)} ×`, 'red')], 8), [
      piece(group.type, 'boldRed'),
      piece(group.message === '' ? '' : `: ${group.message}`),
    ]),
    whenLine(group, now),
    [
      piece(`${INDENT}in `, 'dim'),
      piece(group.latest.span, 'bold'),
      piece(group.frame === null ? '' : ` at ${group.frame}`, 'dim'),
      piece(` · trace ${group.latest.traceId.slice(0, ID_DIGITS)}`, 'dim'),
    ],
    ...(stacks ? framesOf(group) : []),
  ]);
}

function whenLine({ firstSeen, lastSeen, perMinute, spark }: ErrorGroup, now: number): Line {
  const rateText = perMinute > 0 ? ` · ${rate(perMinute)} a minute` : '';
  return [
    piece(`${INDENT}last ${ago(lastSeen, now)} · first ${ago(firstSeen, now)}${rateText}  `, 'dim'),
    piece(sparkline(spark, 15), 'red'),
  ];
}

function framesOf({ latest: { stack } }: ErrorGroup): Line[] {
  const [, ...frames] = stack?.split('\n', 200) ?? [];
  return [
    ...frames.slice(0, MAX_FRAMES).map((frame): Line => [piece(`${INDENT}  ${frame.trim()}`, 'dim')]),
    ...(frames.length > MAX_FRAMES ? [[piece(`${INDENT}  … ${frames.length - MAX_FRAMES} more`, 'dim')]] : []),
  ];
}
