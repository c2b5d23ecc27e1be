import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../http/served.js';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage, startShop } from './browser.js';

const detailName = (page: Page) => page.getByLabel('Detail of the selection').locator('h2').textContent();

async function openTrace(page: Page, name: string): Promise<void> {
  await page.locator('.traces-table a', { hasText: name }).first().click();
  await page.getByRole('region', { name: 'Waterfall' }).waitFor();
}

async function openFlame(page: Page): Promise<void> {
  await page.keyboard.press('f');
  await page.getByRole('region', { name: /^Flame view/ }).waitFor();
}

const status = (page: Page) => page.locator('.flame-foot [role="status"]');

describe('the flame view of a trace', function () {
  this.timeout(90_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('has the selection of the waterfall, and its keys lead from span to span', async () => {
    const shop = await startShop('busy');
    const { page, faults } = await openPage(shop.url);
    await goTo(page, '/traces?q=status+%3D+error');
    await openTrace(page, 'POST /checkout');
    await page.keyboard.press('e');
    await page.keyboard.press('e');
    const failed = await detailName(page);

    await openFlame(page);

    expect(await detailName(page)).to.equal(failed);
    await page.keyboard.press('ArrowUp');
    await status(page).getByText('POST /checkout').waitFor();
    expect(await detailName(page)).to.include('POST /checkout');
    await page.keyboard.press('ArrowDown');
    await status(page).getByText('payments.internal').waitFor();
    await page.keyboard.press('h');
    await status(page).getByText('check stock').waitFor();
    await page.keyboard.press('w');
    await page.locator('.waterfall tr[aria-selected="true"]').getByText('check stock').waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('goes into a span by Enter and by a double click, and out by Escape', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await openTrace(page, 'POST /checkout');
    await openFlame(page);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/zoom=/);
    expect(await page.getByRole('button', { name: 'zoom out' }).count()).to.equal(1);

    await page.keyboard.press('Escape');
    await eventually(async () => !page.url().includes('zoom='), 'the whole trace');
    await page.locator('.flame canvas').dblclick({ position: { x: 5, y: 34 } });
    await page.waitForURL(/zoom=/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');

    await page.locator('.traces-table').waitFor();
  });

  it('shows the span at the pointer, and selects it by a click', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await openTrace(page, 'GET /orders/:id');
    await openFlame(page);
    await page.keyboard.press('j');
    await status(page).getByText('load order lines').waitFor();

    await page.locator('.flame canvas').hover({ position: { x: 20, y: 34 } });
    await page.locator('.flame-tip').getByText('GET /orders/:id').waitFor();
    await page.locator('.flame canvas').click({ position: { x: 20, y: 34 } });

    await status(page).getByText('GET /orders/:id').waitFor();
    expect(await detailName(page)).to.include('GET /orders/:id');
  });

  it('draws 50,001 spans by few rectangles, no more than the picture is wide', async () => {
    const shop = await startShop('large');
    const { page, faults } = await openPage(shop.url);
    await openTrace(page, 'job: import');
    await page.getByText('50,001 spans').waitFor();
    await page.evaluate(`
      globalThis.rectangles = 0;
      const { fillRect } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillRect = function (...box) {
        globalThis.rectangles++;
        fillRect.apply(this, box);
      };
    `);

    await openFlame(page);
    await page.keyboard.press('j');
    await status(page).getByText('import row').waitFor();

    const width = await page.evaluate<number>('document.querySelector(".flame canvas").clientWidth');
    // Two pictures: one at the start, one for the selection.
    expect(await page.evaluate<number>('globalThis.rectangles')).to.be.within(10, 4 * width);
    expect(faults).to.deep.equal([]);
  });

  it('lists its keys, each once', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await openTrace(page, 'POST /checkout');
    await openFlame(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(/zoom=/);
    await page.keyboard.press('?');
    const keys = await page.getByRole('dialog').locator('kbd').allTextContents();

    expect(keys).to.include.members(['↓', 'Enter', 'Esc', 'w', 't', 'x']);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).to.deep.equal([]);
    await page.keyboard.press('Escape');
    expect(page.url()).to.include('zoom=');
  });
});

describe('the flame graph of all call paths', function () {
  this.timeout(90_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('has the selection of the table', async () => {
    const shop = await startShop('busy');
    const { page, faults } = await openPage(shop.url);
    await goTo(page, '/stacks');
    await page.locator('.stacks-table').getByText('load order lines').waitFor();
    await page.locator('.stacks-table tr', { hasText: 'load order lines' }).click();

    await page.keyboard.press('F');
    await page.getByRole('region', { name: /^Flame graph/ }).waitFor();
    await status(page).getByText('load order lines').waitFor();
    await page.keyboard.press('k');
    await status(page).getByText('GET /orders/:id').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/zoom=/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('F');

    await page.locator('.stacks-table tr[aria-selected="true"]').getByText('GET /orders/:id').waitFor();
    expect(faults).to.deep.equal([]);
  });
});

describe('flames for everybody', function () {
  this.timeout(90_000);
  afterEach(cleanUp);
  after(closeBrowser);

  for (const dark of [false, true]) {
    it(`are without fault for axe, and fit into 320 pixels, in ${dark ? 'dark' : 'light'}`, async () => {
      const shop = await startShop('busy');
      const { page, faults } = await openPage(shop.url, { dark });
      await openTrace(page, 'POST /checkout');
      await openFlame(page);
      await page.keyboard.press('j');
      expect(await axeFindings(page)).to.deep.equal([]);
      await goTo(page, '/stacks?view=flame');
      await page.getByRole('region', { name: /^Flame graph/ }).waitFor();
      await page.keyboard.press('l');
      expect(await axeFindings(page)).to.deep.equal([]);

      await page.setViewportSize({ width: 320, height: 568 });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.equal(320);
      await page.goBack();
      await page.getByRole('region', { name: /^Flame view/ }).waitFor();
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.equal(320);
      expect(faults).to.deep.equal([]);
    });
  }
});
