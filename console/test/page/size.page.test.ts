import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { buildPage } from '../../build/page.js';
import { cleanUp, closeBrowser, goTo, openPage, startShop } from './browser.js';

/** Files that the first rows need. */
const FIRST_FILES = ['index.html', 'page.css', 'page.js'];

/** Bounds in bytes, packed. */
const FIRST_ROWS = 35_000;
const ALL = 60_000;

describe('the size of the page', function () {
  this.timeout(300_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('is at most 35 kB to the first rows and 60 kB in all, packed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'otel-span-cache-page-'));
    try {
      await buildPage(folder);
      const sizes = readdirSync(folder).map(
        (name) => [name, gzipSync(readFileSync(join(folder, name)), { level: 9 }).length] as const,
      );
      const sumOf = (list: typeof sizes) => list.reduce((sum, [, size]) => sum + size, 0);
      const first = sizes.filter(([name]) => FIRST_FILES.includes(name));
      expect(first).to.have.length(FIRST_FILES.length);
      expect(sumOf(first)).to.be.at.most(FIRST_ROWS);
      expect(sumOf(sizes)).to.be.at.most(ALL);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('takes three requests to the first rows besides the API, all to the service', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url().split('#')[0]!));
    await page.reload();
    await page.locator('.traces-table a').first().waitFor();
    const origin = `http://127.0.0.1:${shop.port}/`;
    const live = urls.findIndex((url) => url.startsWith(`${origin}api/v1/live`));
    expect(urls.slice(0, live).filter((url) => !url.startsWith(`${origin}api/`))).to.deep.equal([
      origin,
      `${origin}page.css`,
      `${origin}page.js`,
    ]);
  });

  it('loads the other screens once, by one request: when one of them is opened, or soon after the first rows', async () => {
    const shop = await startShop('busy');
    const { page, faults } = await openPage(shop.url);
    await page.waitForResponse(/\/later\.js$/);
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    for (const screen of ['stacks', 'time', 'errors', 'logs', 'open']) {
      await goTo(page, `/${screen}`);
      await page.locator(`main.${screen} .list-head`).waitFor();
    }
    expect(urls.filter((url) => !url.includes('/api/'))).to.deep.equal([]);

    await page.reload();
    await page.locator('main.open .list-head').waitFor();

    expect(urls.filter((url) => url.endsWith('.js')).map((url) => new URL(url).pathname)).to.deep.equal([
      '/page.js',
      '/later.js',
    ]);
    expect(faults).to.deep.equal([]);
  });

  it('says so if the other screens cannot be loaded', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.route(/\/later\.js$/, (route) => route.abort());
    await page.reload();
    await page.locator('.traces-table a').first().waitFor();

    await page.locator('.traces-table a').first().click();

    await page.getByText('This part of the page could not be loaded.').waitFor();
  });
});
