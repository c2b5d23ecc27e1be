import { gzipSync } from 'node:zlib';
import type { Measured, Samples } from '../../case.js';
import { againstAim } from './aim.js';
import { goTo, view, type Viewed } from './browser.js';

/** Milliseconds from the end of a trace until it is painted. */
const DELAY_AIM_MILLIS = 150;
const DELAY_P99_AIM_MILLIS = 400;
const SPANS_PER_SECOND = 1_000;

const FRAME_AIM_MILLIS = 8;
const ROWS_AIM = 80;
/** As many as the history holds. */
const SPANS = 99_000;

const ANSWER_AIM_MILLIS = 50;
const TOLD_AIM_MILLIS = 500;
const BLOCKED_MILLIS = 3_000;

const FIRST_ROWS_AIM_KB = 35;

export async function measure(millis: number): Promise<Measured> {
  const viewed = await view();
  try {
    const bytes = await bytesToFirstRows(viewed);
    const delays = await delaysOf(viewed, Math.max(3, millis / 1_000));
    const blocked = await blockedOf(viewed);
    const scrolled = await scrolling(viewed);
    return {
      samples: {
        'console-page-bytes': againstAim([bytes], FIRST_ROWS_AIM_KB),
        ...delays,
        ...blocked,
        ...scrolled,
      },
    };
  } finally {
    await viewed.close();
  }
}

/** Kilobytes of all files that are loaded before the first rows, packed. */
async function bytesToFirstRows({ page, tell }: Viewed): Promise<number> {
  await tell('orders', 600);
  const files: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (!response.url().includes('/api/')) files.push(response.body());
  });
  await page.reload();
  await page.locator('.traces-table tbody a').first().waitFor();
  page.removeAllListeners('response');
  const sizes = (await Promise.all(files)).map((file) => gzipSync(file).length);
  return sizes.reduce((sum, size) => sum + size, 0) / 1_000;
}

/** Notes for each row that appears how long ago its trace had ended, at the next paint. */
const NOTE_DELAYS = `
  window.delays = [];
  const midnight = new Date().setHours(0, 0, 0, 0);
  window.noting = new MutationObserver((records) => {
    const rows = records.flatMap(({ addedNodes }) => [...addedNodes]).filter(({ tagName }) => tagName === 'TR');
    requestAnimationFrame(() => {
      const now = performance.timeOrigin + performance.now();
      for (const row of rows) {
        if (!row.textContent.includes('GET /probe')) continue;
        const [hours, minutes, seconds] = row.cells[0].textContent.split(':').map(Number);
        window.delays.push(now - (midnight + (hours * 3600 + minutes * 60 + seconds) * 1000 + 50));
      }
    });
  });
  window.noting.observe(document.querySelector('.traces-table tbody'), { childList: true });`;

async function delaysOf(viewed: Viewed, seconds: number): Promise<Record<string, Samples>> {
  const { page, tell } = viewed;
  await goTo(viewed, '/traces');
  await page.locator('.traces-table tbody a').first().waitFor();
  await tell('load', 2, SPANS_PER_SECOND);
  await page.evaluate(NOTE_DELAYS);
  await tell('load', seconds, SPANS_PER_SECOND);
  const delays = await page.evaluate<number[]>('window.noting.disconnect(), window.delays');
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
  return {
    'console-page-delay': againstAim([at(0.5)], DELAY_AIM_MILLIS),
    'console-page-delay-p99': againstAim([at(0.99)], DELAY_P99_AIM_MILLIS),
  };
}

/** Notes when the page says that the event loop is blocked, and how long each answer to the page takes. */
const NOTE_BLOCKED = `
  window.answers = [];
  window.told = undefined;
  const clock = () => performance.timeOrigin + performance.now();
  const headers = { authorization: 'Bearer ' + sessionStorage.getItem('otel-span-cache.token') };
  window.telling = new MutationObserver(() => {
    if (window.told === undefined && document.body.textContent.includes('event loop blocked for')) window.told = clock();
  });
  window.telling.observe(document.body, { childList: true, subtree: true, characterData: true });
  window.asking = setInterval(async () => {
    const at = clock();
    await (await fetch('/api/v1/traces?limit=200', { headers })).text();
    window.answers.push([at, clock()]);
  }, 100);`;

async function blockedOf({ page, tell }: Viewed): Promise<Record<string, Samples>> {
  await page.evaluate(NOTE_BLOCKED);
  const [start, end] = (await tell('block', BLOCKED_MILLIS)) as [number, number];
  const told = await page.evaluate<number>('clearInterval(window.asking), window.telling.disconnect(), window.told');
  const answers = await page.evaluate<[number, number][]>('window.answers');
  const during = answers.filter(([from, to]) => from >= start && to <= end).map(([from, to]) => to - from);
  return {
    'console-page-blocked-answer': againstAim(
      [during.sort((a, b) => a - b)[during.length >> 1] ?? NaN],
      ANSWER_AIM_MILLIS,
    ),
    'console-page-blocked-told': againstAim([told - start], TOLD_AIM_MILLIS),
  };
}

const FRAMES = 240;

/** Scrolls by some rows in each frame, and counts the most rows that the document has. */
const SCROLL = `new Promise((done) => {
  const scroller = document.querySelector('.waterfall').parentElement;
  let frame = 0;
  let rows = 0;
  const step = () => {
    scroller.scrollTop += 480;
    rows = Math.max(rows, document.querySelectorAll('tr').length);
    if (++frame < ${FRAMES}) requestAnimationFrame(step);
    else done(rows);
  };
  requestAnimationFrame(step);
})`;

async function scrolling(viewed: Viewed): Promise<Record<string, Samples>> {
  const { page, session, tell } = viewed;
  await tell('trace', SPANS);
  await goTo(viewed, '/traces?q=name+%3D+%22job%3A+import%22&window=1h');
  await page.locator('.traces-table a', { hasText: 'job: import' }).first().click();
  await page.locator('.waterfall tbody tr').nth(20).waitFor();
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const perFrame: number[] = [];
  let rows = 0;
  for (let round = 0; round < 3; round++) {
    const before = await busyMillis(viewed);
    rows = Math.max(rows, await page.evaluate<number>(SCROLL));
    perFrame.push(((await busyMillis(viewed)) - before) / FRAMES);
  }
  return {
    'console-page-scroll': againstAim(perFrame, FRAME_AIM_MILLIS),
    'console-page-rows': againstAim([rows], ROWS_AIM),
  };
}

/** CPU time of the page's main thread so far. */
async function busyMillis({ session }: Viewed): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000;
}
