import { clock } from '../../src/text/units.js';
import { go, route } from '../state/route.js';

export const WINDOWS: readonly (readonly [value: string, name: string])[] = [
  ['30s', 'last 30 s'],
  ['1m', 'last minute'],
  ['5m', 'last 5 min'],
  ['15m', 'last 15 min'],
  ['1h', 'last hour'],
  ['12h', 'last 12 h'],
];

export function WindowChoice() {
  const { window } = route.value;
  const isListed = WINDOWS.some(([value]) => value === window);
  return (
    <select
      aria-label="Window of time"
      value={window}
      onChange={({ currentTarget }) => go({ window: currentTarget.value })}
    >
      {WINDOWS.map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
      {!isListed && <option value={window}>{windowName(window)}</option>}
    </select>
  );
}

function windowName(window: string): string {
  const [from, to] = window.split('..').map(Number);
  if (from === undefined || to === undefined) return `last ${window}`;
  return `${clock(from)} to ${clock(to)}`;
}
