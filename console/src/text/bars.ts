const EIGHTHS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Counts as a row of bars, scaled to the largest count, and merged into at most `cells` columns. */
export function sparkline(counts: readonly number[], cells: number): string {
  const size = Math.max(1, Math.ceil(counts.length / cells));
  const sums: number[] = [];
  for (let at = 0; at < counts.length; at += size) {
    sums.push(counts.slice(at, at + size).reduce((sum, count) => sum + count, 0));
  }
  const most = Math.max(...sums, 0);
  return sums.map((sum) => (sum <= 0 ? ' ' : (EIGHTHS[Math.min(7, Math.floor((sum / most) * 7.999))] ?? ' '))).join('');
}

/** A part of a whole as a bar of `cells` columns, with a resolution of half a column: ` ╺━━╸ `. */
export function stretch(from: number, to: number, whole: number, cells: number, heavy = true): string {
  if (cells <= 0) return '';
  const last = 2 * cells;
  const halves = (value: number): number => Math.round(Math.min(Math.max(value / whole || 0, 0), 1) * last);
  const start = Math.min(halves(from), last - 1);
  const end = Math.max(halves(to), start + 1);
  const [half, full, otherHalf] = heavy ? ['╺', '━', '╸'] : ['╶', '─', '╴'];
  const middle = full.repeat(Math.floor(end / 2) - Math.ceil(start / 2));
  const bar = `${start % 2 === 1 ? half : ''}${middle}${end % 2 === 1 ? otherHalf : ''}`;
  return `${' '.repeat(Math.floor(start / 2))}${bar}`.padEnd(cells);
}

/** Parts of a whole in one row: `▏██▏▍ `. Each cell is filled as far as the parts cover it. */
export function busyCells(
  stretches: readonly (readonly [offset: number, duration: number])[],
  whole: number,
  cells: number,
): string {
  const covered = new Array<number>(cells).fill(0);
  for (const [offset, length] of stretches) {
    const from = whole > 0 ? (offset / whole) * cells : 0;
    const to = whole > 0 ? ((offset + length) / whole) * cells : cells;
    for (let cell = Math.max(0, Math.floor(from)); cell < Math.min(cells, Math.ceil(to)); cell++) {
      covered[cell] = (covered[cell] ?? 0) + Math.min(to, cell + 1) - Math.max(from, cell);
    }
  }
  const BLOCKS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
  return covered
    .map((share) => BLOCKS[share <= 0 ? 0 : Math.min(8, Math.max(1, Math.round(share * 8)))] ?? ' ')
    .join('');
}
