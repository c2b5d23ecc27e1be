import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage } from './browser.js';
import { startCommanded } from './commanded.js';

const row = (page: Page, name: string) => page.locator('main tbody tr', { has: page.getByText(name, { exact: true }) });

describe('a comparison with a mark', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('shows each call path before and after, with the direction in a sign and a word', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'GET /mended', millis: 400, count: 20, failed: true });
    await service.tell({ do: 'traces', name: 'GET /worse', millis: 10, count: 20 });
    await service.tell({ do: 'traces', name: 'GET /gone', count: 5 });
    const { page, faults } = await openPage(service.url);
    await goTo(page, '/stacks');
    await row(page, 'GET /mended').first().waitFor();

    await page.keyboard.press('m');
    await page.getByLabel('Name of the mark').fill('not a name');
    await page.keyboard.press('Enter');
    await page.getByText('A name has 1 to 64 letters').waitFor();
    await page.getByLabel('Name of the mark').fill('the-fix');
    await page.keyboard.press('Enter');
    await page.waitForURL(/mark=the-fix/);
    await service.tell({ do: 'traces', name: 'GET /mended', millis: 100, count: 20 });
    await service.tell({ do: 'traces', name: 'GET /worse', millis: 30, count: 20 });
    await service.tell({ do: 'traces', name: 'GET /new', count: 5 });

    const p95 = (name: string) => row(page, name).locator('td').nth(4);
    await p95('GET /mended').getByText('▼').waitFor();
    expect(await p95('GET /mended').textContent()).to.match(/4\d\d ms.*→1\d\d ms.*less 7\d %/);
    expect(await row(page, 'GET /mended').locator('td').nth(2).textContent()).to.match(/100 %.*0 %.*less 100 pts/);
    await p95('GET /worse').getByText('▲').waitFor();
    expect(await p95('GET /worse').textContent()).to.match(/more 3×|more 2\.9×/);
    await row(page, 'GET /new').getByText('new', { exact: true }).first().waitFor();
    await row(page, 'GET /gone').getByText('gone', { exact: true }).first().waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);

    await page.reload();
    await p95('GET /mended').getByText('▼').waitFor();
    await goTo(page, '/stacks?mark=the-fix&split=http.route');
    await page.getByText('Only whole call paths are compared').waitFor();
    await page.getByRole('button', { name: 'clear query and split' }).click();
    await p95('GET /mended').getByText('▼').waitFor();
    await page.keyboard.press('c');
    await page.getByRole('columnheader', { name: 'share' }).waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('shows each group of errors before and after', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'old', failed: true, count: 4 });
    await service.tell({ do: 'traces', name: 'both', failed: true, count: 4 });
    const { page } = await openPage(service.url, { dark: true });
    await goTo(page, '/errors');
    await row(page, 'oldError').first().waitFor();
    await page.keyboard.press('m');
    await page.keyboard.press('Enter');
    await page.waitForURL(/mark=mark-1/);
    await page.waitForTimeout(1_100);
    await service.tell({ do: 'traces', name: 'both', failed: true, count: 40 });
    await service.tell({ do: 'traces', name: 'young', failed: true });

    await row(page, 'youngError').getByText('new').waitFor();
    await row(page, 'oldError').getByText('gone').waitFor();
    await row(page, 'bothError').getByText('▲').waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.getByLabel('compare with').selectOption('');
    await page.getByText('▲').waitFor({ state: 'detached' });
  });

  it('of a mark that is gone says so, and can be ended', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'GET /a' });
    const { page } = await openPage(service.url);
    await goTo(page, '/stacks?mark=never-set');
    await page.getByText('The mark must name one that was set, got never-set').waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);

    await page.getByLabel('compare with').selectOption('');

    await row(page, 'GET /a').first().waitFor();
  });
});

describe('call paths that are split by an attribute', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('have a row for each value, which spans below inherit, and say of how many spans', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'GET /a', count: 3, attributes: { 'shop.region': 'eu-west' } });
    await service.tell({ do: 'traces', name: 'GET /a', count: 2, attributes: { 'shop.region': 'us-east' } });
    await service.tell({ do: 'traces', name: 'GET /b' });
    const { page } = await openPage(service.url);
    await goTo(page, '/stacks');
    await row(page, 'GET /a').waitFor();

    await page.keyboard.press('s');
    await page.keyboard.type('shop.reg');
    await page.locator('datalist option[value="shop.region"]').waitFor({ state: 'attached' });
    await page.keyboard.type('ion');
    await page.keyboard.press('Enter');

    await page.locator('main table[aria-rowcount="7"]').waitFor();
    const rows = await page.locator('main tbody tr:not(.room) td:first-child').allTextContents();
    expect(rows.map((text) => text.replace('▾', '').trim()).sort()).to.deep.equal([
      'GET /a eu-west server',
      'GET /a us-east server',
      'GET /b server',
      'query of GET /a eu-west client',
      'query of GET /a us-east client',
      'query of GET /b client',
    ]);
    await page.getByText('12 of 12 retained spans, 12 seen').waitFor();
    await page.keyboard.press('s');
    await page.keyboard.type('x');
    await page.keyboard.press('Escape');
    expect(page.url()).to.include('split=shop.region');
  });
});
