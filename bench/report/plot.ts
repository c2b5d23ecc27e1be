import type { Curves, Plot } from '../case.js';

/* Plots as SVG images: a panel for each version of Node, both axes logarithmic, with a light and a dark background. */

const PANEL = { width: 300, height: 240, left: 56, gap: 20, top: 100, bottom: 50 };
/** Width of an entry of the legend. */
const LEGEND = 270;
/** End of a panel's x axis. */
const RIGHT = PANEL.width - 16;
const STYLE = `
  svg { font: 12px system-ui, sans-serif }
  .back { fill: #ffffff } .text { fill: #24292f } .grid { stroke: #d0d7de } .band { fill: #0969da; opacity: .1 }
  .line { fill: none; stroke-width: 2 } .line0 { stroke: #0969da } .line1 { stroke: #6e7781; stroke-dasharray: 5 4 }
  .dot0 { fill: #0969da } .dot1 { fill: #6e7781 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } .text { fill: #e6edf3 } .grid { stroke: #30363d } .band { fill: #58a6ff; opacity: .15 }
    .line0 { stroke: #58a6ff } .line1 { stroke: #8b949e } .dot0 { fill: #58a6ff } .dot1 { fill: #8b949e }
  }`;

/** Height of the band, which starts at the cheapest size, as a multiple of its cost. */
const BAND = 2;

/** Draws one panel for each entry. The band belongs to the first line. */
export function plotSvg(plot: Plot, panels: Readonly<Record<string, Curves>>): string {
  const all = Object.values(panels);
  const scaleX = logScale(
    all.flatMap(({ x }) => x),
    0,
    RIGHT,
  );
  const scaleY = logScale(costsOf(all), PANEL.height, 0);
  const width = Math.max(PANEL.left + all.length * (PANEL.width + PANEL.gap), 3 * LEGEND);
  const height = PANEL.top + PANEL.height + PANEL.bottom;
  const drawn = Object.entries(panels).map(
    ([name, curves], at) =>
      `<g transform="translate(${PANEL.left + at * (PANEL.width + PANEL.gap)} ${PANEL.top})">` +
      `${panelSvg(name, curves, scaleX, scaleY, at === 0)}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(`${plot.title}: ${plot.yLabel}`)}</title>
<style>${STYLE}</style>
<rect class="back" width="${width}" height="${height}"/>
${text(plot.title, 12, 24, 'font-size="16" font-weight="600"')}
${legend(Object.keys(all[0]!.lines), 12, 46)}
${text(plot.yLabel, 12, 72)}
${text(plot.xLabel, width / 2, height - 10, 'text-anchor="middle"')}
${drawn.join('\n')}
</svg>
`;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

function panelSvg(name: string, { x, lines }: Curves, scaleX: Scale, scaleY: Scale, labelled: boolean): string {
  const [first] = Object.values(lines);
  const cheapest = Math.min(...first!);
  const parts = [
    ...scaleY.ticks.flatMap((tick) => [
      `<line class="grid" x1="0" x2="${RIGHT}" y1="${at(scaleY, tick)}" y2="${at(scaleY, tick)}"/>`,
      labelled ? text(short(tick), -8, Number(at(scaleY, tick)) + 4, 'text-anchor="end"') : '',
    ]),
    ...scaleX.ticks.map((tick) =>
      text(short(tick), Number(at(scaleX, tick)), PANEL.height + 18, 'text-anchor="middle"'),
    ),
    bandSvg(scaleY, cheapest),
    ...Object.values(lines).map((values, which) => lineSvg(x, values, scaleX, scaleY, which)),
    text(name, RIGHT, -8, 'text-anchor="end" font-weight="600"'),
  ];
  return parts.join('');
}

function bandSvg(scaleY: Scale, cheapest: number): string {
  const top = Math.max(scaleY.at(cheapest * BAND), 0);
  return `<rect class="band" x="0" width="${RIGHT}" y="${top.toFixed(1)}" height="${(scaleY.at(cheapest) - top).toFixed(1)}"/>`;
}

function lineSvg(x: readonly number[], values: readonly number[], scaleX: Scale, scaleY: Scale, which: number): string {
  const points = values.map((value, i) => [at(scaleX, x[i]!), at(scaleY, value)] as const);
  const dots = points.map(([cx, cy]) => `<circle class="dot${which}" cx="${cx}" cy="${cy}" r="3"/>`).join('');
  return `<polyline class="line line${which}" points="${points.map((point) => point.join(',')).join(' ')}"/>${dots}`;
}

function legend(names: readonly string[], x: number, y: number): string {
  return names
    .map((name, which) => {
      const left = x + which * LEGEND;
      return `<line class="line line${which}" x1="${left}" x2="${left + 26}" y1="${y}" y2="${y}"/>${text(name, left + 32, y + 4)}`;
    })
    .concat(`<rect class="band" x="${x + names.length * LEGEND}" y="${y - 7}" width="26" height="14"/>`)
    .concat(text(`up to ${BAND} times the cheapest`, x + names.length * LEGEND + 32, y + 4))
    .join('');
}

function logScale(values: readonly number[], from: number, to: number): Scale {
  const [low, high] = [Math.min(...values) / 1.15, Math.max(...values) * 1.15];
  const part = (value: number) => Math.log(value / low) / Math.log(high / low);
  return { ticks: ticksBetween(low, high), at: (value) => from + (to - from) * part(value) };
}

/** Powers of ten; with few of them, also two and five times each power. */
function ticksBetween(low: number, high: number): number[] {
  const steps = high / low > 1_000 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
    ticks.push(...steps.map((step) => step * power).filter((tick) => tick >= low && tick <= high));
  }
  return ticks;
}

/** All costs, and the top of each band. */
function costsOf(panels: readonly Curves[]): number[] {
  return panels.flatMap(({ lines }) => {
    const [first] = Object.values(lines);
    return [...Object.values(lines).flat(), Math.min(...first!) * BAND];
  });
}

function at(scale: Scale, value: number): string {
  return scale.at(value).toFixed(1);
}

function short(tick: number): string {
  if (tick >= 1e6) return `${tick / 1e6}M`;
  return tick >= 1e4 ? `${tick / 1e3}k` : String(Number(tick.toPrecision(3)));
}

function text(content: string, x: number, y: number, attributes = ''): string {
  return `<text class="text" x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
