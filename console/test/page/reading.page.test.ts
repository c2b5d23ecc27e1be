import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { cleanUp, closeBrowser, goTo, openPage, startShop, type Shop } from './browser.js';

/** Name of the selected row. */
async function selected(page: Page): Promise<string> {
  const row = page.locator('main tbody tr[aria-selected="true"]');
  await row.waitFor();
  return (await row.textContent()) ?? '';
}

interface Case {
  readonly screen: string;
  /** Rows before one reads. */
  readonly before: (shop: Shop) => void;
  /** The row that is selected by `j` pressed so often. */
  readonly presses: number;
  readonly row: RegExp;
  /** Changes the rows around it. */
  readonly change: (shop: Shop) => void;
  /** Whether new rows wait for the button. */
  readonly stands: boolean;
  /** Shown when the change has arrived. */
  readonly arrived: (page: Page) => Promise<unknown>;
}

const shown = (text: string) => (page: Page) => page.locator('main tbody').getByText(text).first().waitFor();
const fresh = (count: number) => (page: Page) => page.getByText(`${count} new ↑`).waitFor();

const CASES: readonly Case[] = [
  {
    screen: '/traces',
    before: (shop) => ['a', 'b', 'c'].forEach((name) => shop.tell('trace', `trace ${name}`)),
    presses: 2,
    row: /trace b/,
    change: (shop) => ['d', 'e'].forEach((name) => shop.tell('trace', `trace ${name}`)),
    stands: true,
    arrived: fresh(2),
  },
  {
    screen: '/stacks?sort=total',
    before: (shop) =>
      ['a', 'b', 'c'].forEach((name, at) => shop.tell('trace', `path ${name}`, { millis: 90 - 10 * at })),
    presses: 2,
    row: /path b/,
    change: (shop) => ['d', 'e'].forEach((name) => shop.tell('trace', `path ${name}`, { millis: 5_000 })),
    stands: false,
    arrived: shown('path e'),
  },
  {
    screen: '/errors',
    before: (shop) => ['a', 'b', 'c'].forEach((name) => shop.tell('trace', 'work', { error: `error ${name}` })),
    presses: 2,
    row: /error b/,
    change: (shop) => {
      for (let i = 0; i < 5; i++) ['d', 'e'].forEach((name) => shop.tell('trace', 'work', { error: `error ${name}` }));
    },
    stands: false,
    arrived: shown('error e'),
  },
  {
    screen: '/logs',
    before: (shop) => ['a', 'b', 'c'].forEach((name) => shop.tell('trace', 'work', { line: `line ${name}` })),
    presses: 2,
    row: /line b/,
    change: (shop) => ['d', 'e'].forEach((name) => shop.tell('trace', 'work', { line: `line ${name}` })),
    stands: true,
    arrived: fresh(2),
  },
  {
    screen: '/open',
    before: (shop) => ['a', 'b', 'c'].forEach((name) => shop.tell('open', `open ${name}`)),
    presses: 2,
    row: /open b/,
    change: (shop) => {
      shop.tell('end', 'open a');
      shop.tell('open', 'open d');
    },
    stands: false,
    arrived: shown('open d'),
  },
];

describe('what one reads', function () {
  this.timeout(300_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('stays under the pointer from the press of a button to its release, while rows come', async () => {
    const shop = await startShop('empty');
    const { page } = await openPage(shop.url);
    const links = page.locator('.traces-table a');
    shop.tell('trace', 'trace 0');
    await links.first().waitFor();
    // On a busy machine, a row may come after the half second without changes: such a try shows nothing.
    for (let came = 1; came < 30; came++) {
      const name = await links.first().textContent();
      await links.first().hover();
      const pressed = performance.now();
      await page.mouse.down();
      shop.tell('trace', `trace ${came}`);
      await page.getByText(`received ${came + 1}`).waitFor();
      const pressedName = await links.first().textContent();
      const isInTime = performance.now() - pressed < 450;
      if (isInTime) expect(pressedName).to.equal(name);
      await page.mouse.up();
      if (isInTime) {
        await page.getByRole('region', { name: 'Waterfall' }).getByText(name!).first().waitFor();
        await page.goBack();
        await links.getByText(`trace ${came}`).waitFor();
        return;
      }
      await goTo(page, '/traces');
      await links.getByText(`trace ${came}`).waitFor();
    }
    throw new Error('no row came within half a second');
  });

  for (const { screen, before, presses, row, change, arrived } of CASES) {
    it(`stays selected on ${screen} while rows come, go and change places`, async () => {
      const shop = await startShop('empty');
      const { page } = await openPage(shop.url);
      await goTo(page, screen);
      before(shop);
      await page.locator('main tbody tr:not(.room)').nth(2).waitFor();
      for (let i = 0; i < presses; i++) await page.keyboard.press('j');
      expect(await selected(page)).to.match(row);
      const address = page.url();

      change(shop);
      await arrived(page);

      expect(await selected(page)).to.match(row);
      expect(page.url()).to.equal(address);
    });
  }

  for (const { screen, before, change, arrived } of CASES.filter(({ screen: path }) => /stacks|errors/.test(path))) {
    it(`keeps its order on ${screen}, with new rows at the end, until one follows again`, async () => {
      const shop = await startShop('empty');
      const { page } = await openPage(shop.url);
      await goTo(page, screen);
      before(shop);
      const rows = page.locator('main tbody tr:not(.room)');
      const names = async () => (await rows.allTextContents()).map((text) => /(?:path|error) [a-e]/.exec(text)?.[0]);
      await rows.nth(2).waitFor();
      await page.keyboard.press('j');
      const order = await names();

      change(shop);
      await arrived(page);
      await rows.nth(4).waitFor();
      expect((await names()).slice(0, 3)).to.deep.equal(order);
      await page.keyboard.press('g');

      await page.getByRole('button', { name: 'follow' }).waitFor({ state: 'detached' });
      expect((await names()).slice(2)).to.deep.equal(order);
      expect(await rows.and(page.locator('[aria-selected="true"]')).count()).to.equal(screen === '/errors' ? 1 : 0);
    });
  }

  for (const { screen, before, change, arrived } of CASES.filter(({ stands }) => stands)) {
    it(`stands still on ${screen} until the button for new rows`, async () => {
      const shop = await startShop('empty');
      const { page } = await openPage(shop.url);
      await goTo(page, screen);
      before(shop);
      const rows = page.locator('main tbody tr:not(.room)');
      await rows.nth(2).waitFor();
      await page.keyboard.press('j');
      const texts = await rows.allTextContents();

      change(shop);
      await arrived(page);
      expect(await rows.allTextContents()).to.deep.equal(texts);
      await page.getByText(/new ↑/).click();

      await rows.nth(4).waitFor();
      expect((await rows.allTextContents()).slice(2)).to.deep.equal(texts);
      await page.getByText(/new ↑/).waitFor({ state: 'detached' });
    });
  }
});
