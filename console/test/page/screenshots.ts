import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { cleanUp, closeBrowser, openPage } from './browser.js';
import { startDemo } from './demo.js';

/*
 * Takes pictures of every screen of the console of the demo, in both themes and three widths.
 *
 *   npm run screenshots              into console/.run/screens
 *   npm run screenshots -- traces    the pictures whose name has one of the words
 *   npm run screenshots -- --docs    the pictures of the README, into console/docs/screens
 */

const CONSOLE = fileURLToPath(new URL('../..', import.meta.url));
const RUN = join(CONSOLE, '.run/screens');
const DOCS = join(CONSOLE, 'docs/screens');

/** Requests that the demo has to have had before it is worth a look: each of its failures occurred several times. */
const TRACES = 250;

const SIZES = [
  [1_440, 900],
  [900, 700],
  [320, 640],
] as const;

/** Pictures of the README, and the theme of each. They show no path of the machine, so no stack trace. */
const README: Readonly<Record<string, 'light' | 'dark'>> = {
  traces: 'light',
  'trace-n-plus-one': 'dark',
  stacks: 'light',
};
const README_SIZES = [[960, 420]] as const;
/** Each reader of the README loads them. */
const MAX_README_BYTES = 100_000;

interface View {
  readonly name: string;
  readonly place: string;
  /** Text that is there when the screen is. */
  readonly shows: string | RegExp;
  readonly act?: (page: Page) => Promise<unknown>;
}

const press =
  (...keys: string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

const openFirst = async (page: Page): Promise<void> => {
  await page.locator('.traces-table tbody a').first().click();
  await page.locator('.waterfall tbody tr').first().waitFor();
};

/** Sets a mark after some of the traffic, and compares the calls before it with the calls after it. */
async function compareWithMark(page: Page): Promise<void> {
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  await page.locator('.compared-table').waitFor();
  await page.locator('.change .to').nth(20).waitFor();
}

/** The palette is loaded on its first use. */
async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('.palette li').first().waitFor();
}

/** Saves a trace, and opens the file. */
async function openSaved(page: Page): Promise<void> {
  await openFirst(page);
  await page.keyboard.press('x');
  const saved = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('button', { name: 'save' }).click();
  const chooser = page.waitForEvent('filechooser');
  const path = await (await saved).path();
  await page.keyboard.press('X');
  await (
    await chooser
  ).setFiles({ name: 'slow-orders.json', mimeType: 'application/json', buffer: readFileSync(path) });
  await page.locator('.file-bar').waitFor();
}

const VIEWS: readonly View[] = [
  { name: 'traces', place: '/traces?window=15m', shows: 'GET /products', act: press('j', 'j') },
  {
    name: 'trace-failed',
    place: '/traces?window=15m&q=status+%3D+error+and+name+%3D+%22POST+%2Forders%22&sort=slowest',
    shows: 'POST /orders',
    act: async (page) => (await openFirst(page), await page.keyboard.press('e')),
  },
  {
    name: 'trace-n-plus-one',
    place: '/traces?window=15m&q=%22%2Fcustomers%2F%3Aname%2Forders%22',
    shows: '/customers/:name/orders',
    act: async (page) => {
      await openFirst(page);
      await page.getByRole('button', { name: /^N\+1/ }).click();
    },
  },
  {
    name: 'trace-text',
    place: '/traces?window=15m&q=status+%3D+error&sort=spans',
    shows: 'POST /orders',
    act: async (page) => (await openFirst(page), await page.keyboard.press('t')),
  },
  {
    name: 'trace-flame',
    place: '/traces?window=15m&q=name+%3D+%22POST+%2Forders%22&sort=slowest',
    shows: 'POST /orders',
    act: async (page) => (await openFirst(page), await press('f', 'e')(page)),
  },
  { name: 'stacks', place: '/stacks?window=15m', shows: 'POST /orders', act: press('j') },
  { name: 'stacks-split', place: '/stacks?window=15m&split=http.response.status_code', shows: 'POST /orders' },
  { name: 'stacks-flame', place: '/stacks?window=15m&view=flame', shows: 'failed' },
  { name: 'stacks-compared', place: '/stacks', shows: 'POST /orders', act: compareWithMark },
  { name: 'time', place: '/time?window=1m', shows: 'p95' },
  { name: 'time-slow', place: '/time?window=15m&compare=yes', shows: 'Values that differ most' },
  { name: 'errors', place: '/errors?window=15m', shows: 'PaymentUnavailableError', act: press('j') },
  { name: 'logs', place: '/logs?window=15m', shows: 'stock reserved', act: press('j') },
  { name: 'open', place: '/open', shows: /open|age/ },
  { name: 'file', place: '/traces?window=15m&sort=spans', shows: '/customers/:name/orders', act: openSaved },
  {
    name: 'save',
    place: '/traces?window=15m&sort=spans',
    shows: '/customers/:name/orders',
    act: async (page) => (await openFirst(page), await page.keyboard.press('x')),
  },
  { name: 'sampling', place: '/traces', shows: 'GET /products', act: press('R') },
  { name: 'filter', place: '/traces', shows: 'GET /products', act: press('L') },
  { name: 'palette', place: '/traces', shows: 'GET /products', act: openPalette },
  { name: 'help', place: '/traces', shows: 'GET /products', act: press('?') },
  {
    name: 'query',
    place: '/traces?window=15m',
    shows: 'GET /products',
    act: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('http.response.status_code = ');
      await page.locator('#completions li').first().waitFor();
    },
  },
];

/** Shows a view in a tab, as it is after a reload. */
async function show(page: Page, url: string, { place, shows, act }: View): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${new URL(url).origin}/#${place}`);
  await page.locator('main').getByText(shows).first().waitFor();
  await act?.(page);
}

async function openTab(url: string, dark: boolean): Promise<Page> {
  const { page } = await openPage(url, { dark });
  await page.locator('.traces-table tbody a').first().waitFor();
  return page;
}

const words = process.argv.slice(2);
const forDocs = words.includes('--docs');
const parts = words.filter((word) => !word.startsWith('--'));
const chosen = VIEWS.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
const folder = forDocs ? DOCS : RUN;
mkdirSync(folder, { recursive: true });
const { url, stop, served } = await startDemo();
try {
  await served(TRACES);
  for (const dark of [false, true]) await takeAll(dark);
} finally {
  await cleanUp();
  await closeBrowser();
  await stop();
}

async function takeAll(dark: boolean): Promise<void> {
  const page = await openTab(url, dark);
  for (const view of chosen.filter(({ name }) => !forDocs || README[name] === (dark ? 'dark' : 'light'))) {
    await show(page, url, view);
    for (const [width, height] of forDocs ? README_SIZES : SIZES) {
      await page.setViewportSize({ width, height });
      const name = forDocs ? view.name : `${view.name}-${width}-${dark ? 'dark' : 'light'}`;
      const picture = await page.screenshot({ path: join(folder, `${name}.png`) });
      if (forDocs && picture.length > MAX_README_BYTES) throw new Error(`${name}.png has ${picture.length} bytes`);
    }
    await page.setViewportSize({ width: 1_440, height: 900 });
  }
  await cleanUp();
}
