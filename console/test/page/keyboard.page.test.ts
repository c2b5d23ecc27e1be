import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../http/served.js';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage, startShop } from './browser.js';

const selectedName = (page: Page) => page.locator('tr[aria-selected="true"] a').textContent();

describe('the page by keyboard', function () {
  this.timeout(300_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('leads from opening to the statement of an N+1, and back', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('name = "load order lines"');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=/);
    await page.locator('.traces-table a', { hasText: 'GET /orders/:id' }).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('FROM products');
    await page.keyboard.press('Enter');
    await page.keyboard.press('n');

    const detail = page.getByLabel('Detail of the selection');
    await detail.getByText('SELECT * FROM products WHERE id = 1', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.traces-table').waitFor();
    expect(page.url()).to.include('q=name');
    // The key belongs to the list, although the query box was used before.
    await page.keyboard.press('j');
    await page.locator('tr[aria-selected="true"]').waitFor();
    expect(await page.getByLabel('Query', { exact: true }).inputValue()).to.equal('name = "load order lines"');
  });

  it('leads from a group of errors to its latest trace, and back to the group', async () => {
    const shop = await startShop('empty');
    for (const name of ['a', 'b']) shop.tell('trace', 'work', { error: `error ${name}` });
    const { page } = await openPage(shop.url);
    await goTo(page, '/errors');
    const selected = page.locator('tr[aria-selected="true"]');
    await page.locator('main tbody tr').nth(1).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await selected.getByText('error a').waitFor();

    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    expect(await page.locator('nav [aria-current]').textContent()).to.equal('errors');
    await page.keyboard.press('Escape');

    await selected.getByText('error a').waitFor();
    expect(page.url()).to.match(/#\/errors\?row=/);
  });

  it('goes to each screen by its number: 2 is the trace opened last', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    await page.keyboard.press('2');
    expect(new URL(page.url()).hash).to.match(/^#\/traces/);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    const [trace] = new URL(page.url()).hash.split('?');

    const screens = ['traces', 'trace', 'stacks', 'time', 'errors', 'logs', 'open'];
    for (const [index, screen] of screens.entries()) {
      await page.keyboard.press(String(index + 1));
      await page.locator(`main.${screen}`).waitFor();
    }

    await page.keyboard.press('2');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    expect(new URL(page.url()).hash.split('?')[0]).to.equal(trace);
  });

  it('keeps the cursor on its row and the list still while new traces come', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const time = page.locator('tr[aria-selected="true"] td').first();
    const before = [await time.textContent(), await selectedName(page), await time.boundingBox()];

    await page.getByText(/^[1-9]\d* new ↑$/).waitFor();
    await page.waitForTimeout(600);

    expect([await time.textContent(), await selectedName(page), await time.boundingBox()]).to.deep.equal(before);
    await page.keyboard.press('g');
    expect(await page.locator('tr[aria-selected="true"]').count()).to.equal(0);
  });

  it('loads older traces when one scrolls to the end', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    const count = async () => Number(await page.locator('.traces-table').getAttribute('aria-rowcount')) - 1;
    await eventually(async () => (await count()) === 200, 'a full page of traces');
    await page
      .locator('.list-head')
      .getByText(/^2[1-9]\d traces$/)
      .waitFor();

    await page.keyboard.press('G');

    await eventually(async () => (await count()) > 200, 'older traces');
    expect(await page.locator('tbody tr:not(.room)').count()).to.be.at.most(80);
  });

  it('pauses what this page shows, and goes on', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    await page.keyboard.press('p');
    const top = () => page.locator('.traces-table tbody tr').first().textContent();
    const before = await top();
    await page.waitForTimeout(1_000);
    expect(await top()).to.equal(before);
    await page.keyboard.press('p');
    await eventually(async () => (await top()) !== before, 'a newer trace on top');
  });

  it('takes back a query that was not applied, and closes a panel, by Escape', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    const box = page.getByLabel('Query', { exact: true });
    await page.keyboard.press('/');
    await page.keyboard.type('"half a que');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Escape');
    expect(await box.inputValue()).to.equal('');

    await page.keyboard.press('R');
    await page.locator('.setting-panel').waitFor();
    await page.keyboard.press('L');
    await page.locator('.setting-panel').getByText('only scopes').waitFor();
    expect(await page.locator('.setting-panel').count()).to.equal(1);
    await page.keyboard.press('Escape');
    await page.locator('.setting-panel').waitFor({ state: 'detached' });
  });

  it('completes a query, and shows an error in its place', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('http.rou');
    await page.getByRole('option', { name: 'http.route' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.getByRole('combobox', { name: 'Query' }).inputValue()).to.equal('http.route');

    await page.keyboard.type(' = /products and (');
    await page.keyboard.press('Enter');

    await page.locator('.query-error').filter({ hasText: /./ }).waitFor();
    expect(await page.locator('.mirror mark').count()).to.equal(1);
  });

  it('lists exactly the keys of the screen', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    const titles = async () => {
      await page.keyboard.press('?');
      const texts = await page.getByRole('dialog').locator('h3').allTextContents();
      await page.keyboard.press('Escape');
      return texts;
    };
    expect(await titles()).to.deep.equal(['Traces', 'Everywhere']);
    await goTo(page, '/stacks');
    await page.locator('.stacks-table').waitFor();
    expect(await titles()).to.deep.equal(['Stacks', 'Everywhere']);
  });

  it('starts and stops sampling, as the service confirms', async () => {
    const shop = await startShop('empty');
    const { page } = await openPage(shop.url);
    await page.getByText('sampling off').waitFor();
    await page.keyboard.press('R');
    await page.getByRole('button', { name: 'start' }).click();
    await page.locator('summary').getByText('sampling 100 %').waitFor();
    await page.keyboard.press('R');
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'stop', exact: true }).click();
    await page.locator('summary').getByText('sampling off').waitFor();
  });

  it('goes through the themes and remembers the last', async () => {
    const shop = await startShop('empty');
    const { page } = await openPage(shop.url);
    const theme = () => page.locator('html').getAttribute('data-theme');
    expect(await theme()).to.equal('system');
    await page.keyboard.press('d');
    await page.keyboard.press('d');
    expect(await theme()).to.equal('dark');
    await page.reload();
    expect(await theme()).to.equal('dark');
  });
});
