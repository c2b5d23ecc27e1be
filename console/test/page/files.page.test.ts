import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Page, Request } from 'playwright-core';
import { decodeOtlp } from 'otel-span-cache/testing/remote';
import { axeFindings, cleanUp, closeBrowser, openPage, startShop } from './browser.js';

/** For 200 requests, on a machine with much else to do. */
const PATIENCE = 80_000;

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'otel-span-cache-files-'))));
after(() => rmSync(folder, { recursive: true, force: true }));

async function openTrace(page: Page, name: string): Promise<void> {
  await page.locator('.traces-table a', { hasText: name }).first().click();
  await page.getByRole('region', { name: 'Waterfall' }).waitFor();
}

/** Saves the shown traces in a format. Returns the path of the file, and the sentence that the page shows for a moment. */
async function saveAndRead(page: Page, format: string): Promise<{ path: string; said: string | null }> {
  await page.keyboard.press('x');
  await page.getByRole('dialog').getByText(format, { exact: true }).click();
  const download = page.waitForEvent('download', { timeout: PATIENCE });
  const said = page.locator('.said', { hasText: /^saved/ }).textContent({ timeout: PATIENCE });
  await page.keyboard.press('Enter');
  const file = await download;
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return { path, said: await said };
}

async function save(page: Page, format: string): Promise<string> {
  return (await saveAndRead(page, format)).path;
}

async function choose(page: Page, path: string): Promise<void> {
  // A busy browser now and then opens no chooser.
  for (let tries = 0; tries < 10; tries++) {
    const chooser = page.waitForEvent('filechooser', { timeout: PATIENCE / 10 }).catch(() => undefined);
    await page.keyboard.press('X');
    const opened = await chooser;
    if (opened !== undefined) return opened.setFiles(path);
  }
  throw new Error('no chooser of files opened');
}

/** Text of the waterfall: its spans and log lines, with their times. */
async function waterfall(page: Page): Promise<string[]> {
  await page.getByRole('region', { name: 'Waterfall' }).waitFor();
  return page.locator('.waterfall tbody tr').allTextContents();
}

async function drop(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
    return data;
  })()`);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.getByText('It stays in this browser.').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

describe('files of the page', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  for (const format of ['OTLP JSON', 'Jaeger JSON', 'Chrome trace JSON']) {
    it(`a trace that is saved as ${format} opens again with the same waterfall`, async () => {
      const shop = await startShop('busy');
      const { page, faults } = await openPage(shop.url);
      await openTrace(page, 'POST /checkout');
      const before = await waterfall(page);
      const { path, said } = await saveAndRead(page, format);
      expect(said).to.match(/^saved 1 trace as trace-\w+\.\w+\.json$/);

      await choose(page, path);

      await page.locator('.file-bar').getByText(format).waitFor();
      expect(await waterfall(page)).to.deep.equal(before);
      expect(faults).to.deep.equal([]);
    });
  }

  it('the result of a query is saved as OTLP JSON, which the cache itself reads, with how many of how many', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.getByText(/^2\d\d traces$/).waitFor();

    const { path, said } = await saveAndRead(page, 'OTLP JSON');

    expect(said).to.match(/^saved 200 of [\d,]+ traces as traces\.otlp\.json$/);
    const { spans, rejected } = decodeOtlp('traces', 'application/json', readFileSync(path))!;
    expect(rejected).to.equal(0);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).to.equal(200);
  });

  it('a trace is saved as a page that works from a file, runs no script and requests nothing', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await openTrace(page, 'GET /orders/:id');
    const path = await save(page, 'HTML page');

    const saved = await openPage(pathToFileURL(path).href, { dark: true });
    const requests: string[] = [];
    saved.page.on('request', (request) => requests.push(request.url()));
    await saved.page.reload();

    await saved.page.getByRole('heading', { name: 'GET /orders/:id' }).waitFor();
    await saved.page.locator('summary', { hasText: 'load order lines' }).click();
    await saved.page.locator('summary', { hasText: 'pg.query SELECT' }).first().click();
    await saved.page.getByText(/SELECT \* FROM orders WHERE id/).waitFor();
    expect(await saved.page.locator('script').count()).to.equal(0);
    expect(requests).to.deep.equal([pathToFileURL(path).href]);
    expect(await axeFindings(saved.page)).to.deep.equal([]);
    expect(saved.faults).to.deep.equal([]);
  });

  it('texts that try to inject are text in a saved page', async () => {
    const shop = await startShop('hostile');
    const { page } = await openPage(shop.url);
    await openTrace(page, '<img src=x');
    const path = await save(page, 'HTML page');

    const saved = await openPage(pathToFileURL(path).href);

    await saved.page.getByText('<img src=x').first().waitFor();
    expect(await saved.page.locator('img, script, a, iframe').count()).to.equal(0);
    expect(saved.faults).to.deep.equal([]);
  });

  it('a dropped file stays in the browser, and its traces are shown as traces of a file', async () => {
    const shop = await startShop('busy');
    const { page, faults } = await openPage(shop.url);
    const script = page.waitForResponse(/later\.js$/);
    await page.locator('.traces-table a').first().waitFor();
    const path = await save(page, 'OTLP JSON');
    await script;
    const requests: Request[] = [];
    page.on('request', (request) => requests.push(request));

    await drop(page, 'shop.json', readFileSync(path, 'utf8'));

    await page.locator('.file-bar').getByText('from file shop.json').waitFor();
    await page.getByText(/OTLP JSON · \d+ traces/).waitFor();
    await page.keyboard.press('j');
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    await page.keyboard.press('f');
    await page.getByRole('region', { name: /^Flame view/ }).waitFor();
    await page.getByText('from file shop.json').waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);
    // The stream of the header alone goes on.
    for (const request of requests) {
      expect(request.method()).to.equal('GET');
      expect(request.url()).to.match(/\/api\/v1\/live\?window=1s&limit=1&view=traces/);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Traces of the file' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'List of traces' }).waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('a file that is wrong gets one sentence, and the shown traces stay', async () => {
    const shop = await startShop('busy');
    const { page, faults } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    const wrong = join(folder, 'notes.txt');
    writeFileSync(wrong, 'nothing');

    await choose(page, wrong);

    await page
      .getByRole('alert')
      .getByText(/^notes\.txt must be OTLP JSON .*; it is not JSON\.$/)
      .waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);
    expect(await page.locator('.traces-table').count()).to.equal(1);
    await page.getByRole('button', { name: 'ok' }).click();
    expect(faults).to.deep.equal([]);
  });

  it('a file is gone when the tab is loaded again, and the page says so', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await openTrace(page, 'GET /products');
    await choose(page, await save(page, 'OTLP JSON'));
    await page.locator('.file-bar').waitFor();

    await page.reload();

    await page.getByText('No file is open.').waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'to the live data' }).click();
    await page.locator('.traces-table a').first().waitFor();
  });

  it('can be saved and opened when the service has ended', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    const script = page.waitForResponse(/later\.js$/);
    await openTrace(page, 'GET /products');
    await script;
    await shop.stop();
    await page.getByText('no answer, trying again').waitFor();

    await choose(page, await save(page, 'Jaeger JSON'));

    await page.locator('.file-bar').getByText('Jaeger JSON').waitFor();
  });

  for (const dark of [false, true]) {
    it(`are without fault for axe, and fit into 320 pixels, in ${dark ? 'dark' : 'light'}`, async () => {
      const shop = await startShop('busy');
      const { page } = await openPage(shop.url, { dark });
      await openTrace(page, 'POST /checkout');
      await page.keyboard.press('x');
      await page.getByRole('dialog').waitFor();
      expect(await axeFindings(page)).to.deep.equal([]);
      await page.setViewportSize({ width: 320, height: 568 });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.equal(320);
      await page.keyboard.press('Escape');
      await choose(page, await save(page, 'OTLP JSON'));
      await page.locator('.file-bar').waitFor();
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.equal(320);
      expect(await axeFindings(page)).to.deep.equal([]);
    });
  }
});
