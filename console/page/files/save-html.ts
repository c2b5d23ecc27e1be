import type { SpanDetail } from '../../src/api/schemas.js';
import { counted, duration, grouped, percent } from '../../src/text/units.js';
import { line, lines, valueText } from '../text/shown.js';
import { resourceOf, type Attributes, type SavedEvent, type SavedTrace } from './saved-trace.js';

/*
 * One trace as a static page for any browser: its waterfall, and the attributes and events of each span below it. All
 * telemetry text is escaped, and the page's content security policy forbids loading and running anything.
 */

/** Further spans are left out, with a note in the page: more rows would make a browser's layout too slow. */
const MOST_SPANS = 10_000;
const MOST_INDENTS = 16;
/** An em space: its width needs no rule of the style. */
const INDENT = '\u2003';

/** Units of the width of a bar. */
const WIDTH = 1_000;

/** @param nonce random text that allows the page's own style in its policy */
export function htmlOf(trace: SavedTrace, nonce: string): string {
  const [root] = trace.spans;
  const name = escaped(line(root?.name ?? '', 200)) || '(no name)';
  const failed = trace.spans.filter(({ status }) => status === 'error').length;
  const shown = trace.spans.slice(0, MOST_SPANS);
  const left = trace.spans.length - shown.length;
  const started = new Date(trace.start).toISOString();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name} · ${duration(trace.duration)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header>
<h1>${name}</h1>
<p><strong>${duration(trace.duration)}</strong> · ${counted(trace.spans.length, 'span')}${failed > 0 ? ` · <b class="bad">✗ ${grouped(failed)}</b>` : ''} · ${started} · <code>${escaped(line(trace.traceId, 64))}</code></p>
${left > 0 ? `<p class="bad">The first ${grouped(shown.length)} spans are here; ${grouped(left)} are left out.</p>` : ''}
</header>
<main>
${shown.map((span) => spanHtml(span, trace)).join('\n')}
</main>
</body>
</html>
`;
}

function spanHtml(span: SpanDetail, trace: SavedTrace): string {
  const failed = span.status === 'error';
  const tone = failed ? 'bad' : span.critical > 0 ? 'critical' : '';
  return `<details><summary class="${tone}"><span class="name">${INDENT.repeat(Math.min(span.depth, MOST_INDENTS))}${escaped(line(span.name, 300)) || '(no name)'}${failed ? ' ✗' : ''}</span>${barHtml(span, trace)}<span class="num">${duration(span.duration)}</span></summary>
<div class="detail">${factsHtml(span, trace)}${attributesHtml('Attributes', span.attributes)}${span.events.map((event) => eventHtml(event, trace)).join('')}${linksHtml(span)}${attributesHtml('Resource', resourceOf(trace, span))}</div></details>`;
}

function barHtml(span: SpanDetail, { start, duration: whole }: SavedTrace): string {
  const at = (millis: number): number => (whole > 0 ? Math.max(0, Math.min(WIDTH, (millis / whole) * WIDTH)) : 0);
  const left = Math.min(WIDTH - 2, at(span.start - start));
  const width = Math.max(2, Math.min(WIDTH - left, at(span.duration)));
  return `<svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true"><rect x="${left.toFixed(1)}" width="${width.toFixed(1)}" height="10"/></svg>`;
}

function factsHtml(span: SpanDetail, trace: SavedTrace): string {
  const part = span.duration > 0 ? percent(span.self / span.duration) : '0 %';
  const facts = [
    `${span.kind} · ${span.service}`,
    `at +${duration(Math.max(0, span.start - trace.start))}`,
    `self ${duration(span.self)} (${part})`,
    `critical ${duration(span.critical)}`,
    span.scope,
    span.spanId,
  ];
  const message = span.statusMessage === null ? '' : `<p class="bad">${escaped(line(span.statusMessage, 2_000))}</p>`;
  return `<p class="facts">${facts.map((fact) => escaped(line(fact, 200))).join(' · ')}</p>${message}`;
}

function attributesHtml(title: string, attributes: Attributes): string {
  const rows = Object.entries(attributes).map(
    ([key, value]) =>
      `<tr><th scope="row">${escaped(line(key, 200))}</th><td>${escaped(line(valueText(value), 8_192))}</td></tr>`,
  );
  return rows.length === 0 ? '' : `<table><caption>${title}</caption>${rows.join('')}</table>`;
}

function eventHtml({ name, time, log, attributes }: SavedEvent, { start }: SavedTrace): string {
  const { 'exception.stacktrace': stack, ...others } = attributes;
  const label = log === null ? name : `${log.severityText ?? 'log'} ${log.body}`;
  const trace = typeof stack === 'string' ? `<pre>${escaped(lines(stack))}</pre>` : '';
  return `<p class="event">+${duration(Math.max(0, time - start))} ${escaped(line(label, 4_000))}</p>${trace}${attributesHtml('Attributes of the event', others)}`;
}

function linksHtml({ links }: SpanDetail): string {
  const items = links.map(
    ({ traceId, spanId }) => `<li><code>${escaped(line(`${traceId} ${spanId}`, 64))}</code></li>`,
  );
  return items.length === 0 ? '' : `<p class="event">Links</p><ul>${items.join('')}</ul>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1c1e21,#dfe2e6);--faint:light-dark(#5d636b,#969da7);--rule:light-dark(#e1e2e0,#272b31);--paper:light-dark(#fdfdfc,#131518);--calm:light-dark(#b3c6dc,#3c5068);--accent:light-dark(#3f83d8,#4a8fe0);--bad:light-dark(#b3231b,#ff8b80);--bad-fill:light-dark(#d8483f,#e2584d)}
body{margin:0;background:var(--paper);color:var(--ink);font:13px/1.45 system-ui,sans-serif}
header{padding:16px 18px 10px;border-bottom:1px solid var(--rule)}
h1{margin:0 0 2px;font-size:17px;overflow-wrap:anywhere}
p{margin:0}
code,pre,td,th{font:12px/1.45 ui-monospace,Menlo,Consolas,monospace}
.bad{color:var(--bad)}
details{content-visibility:auto;contain-intrinsic-size:auto 24px}
summary{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr) 76px;gap:8px;align-items:center;height:24px;padding:0 18px;list-style:none;cursor:pointer}
.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.num{color:var(--ink);font-variant-numeric:tabular-nums;text-align:right}
svg{width:100%;height:11px;fill:var(--calm)}
.critical svg{fill:var(--accent)}
.bad svg{fill:var(--bad-fill)}
.detail{padding:8px 18px 14px 32px;border-bottom:1px solid var(--rule)}
.facts,caption{color:var(--faint);text-align:left}
caption{padding:8px 0 2px;font-size:12px}
table{border-collapse:collapse;max-width:100%}
th,td{padding:2px 16px 2px 0;border-top:1px solid var(--rule);text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{color:var(--faint);font-weight:400}
.event{margin-top:8px;overflow-wrap:anywhere}
pre{margin:4px 0;padding:8px 10px;overflow:auto;max-height:320px;background:light-dark(#ececea,#0e1012)}
ul{margin:2px 0;padding-left:18px}
`;
