import { expect } from 'chai';
import type { Page } from 'playwright-core';
import {
  axeFindings,
  cleanUp,
  closeBrowser,
  goTo,
  NOTHING,
  openPage,
  SCREENS,
  SHOWN,
  startShop,
  TOKEN,
} from './browser.js';

describe('the page', function () {
  this.timeout(300_000);
  afterEach(cleanUp);
  after(closeBrowser);

  for (const dark of [false, true]) {
    it(`shows every screen of a busy service, and axe finds nothing, in ${dark ? 'dark' : 'light'}`, async () => {
      const shop = await startShop('busy');
      const { page, faults } = await openPage(shop.url, { dark });
      for (const screen of SCREENS) {
        await goTo(page, `/${screen}`);
        await page.locator('main').getByText(SHOWN[screen]).first().waitFor();
        await page.keyboard.press('j');
        expect(await axeFindings(page), screen).to.deep.equal([]);
      }
      await goTo(page, '/traces?q=status+%3D+error');
      await page.locator('.traces-table a').first().click();
      await page.getByRole('region', { name: 'Waterfall' }).waitFor();
      await page.keyboard.press('e');
      expect(await axeFindings(page), 'trace').to.deep.equal([]);
      await page.keyboard.press('t');
      expect(await axeFindings(page), 'text').to.deep.equal([]);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      expect(await axeFindings(page), 'help').to.deep.equal([]);
      expect(faults).to.deep.equal([]);
    });
  }

  it('says on every screen of an empty service that there is nothing', async () => {
    const shop = await startShop('empty');
    const { page, faults } = await openPage(shop.url);
    for (const screen of SCREENS) {
      await goTo(page, `/${screen}`);
      await page.locator('main').getByText(NOTHING[screen]).waitFor();
      expect(await axeFindings(page), screen).to.deep.equal([]);
    }
    expect(faults).to.deep.equal([]);
  });

  it('fits into 320 pixels and into 4k, with at most 80 rows in the document', async () => {
    const shop = await startShop('busy');
    for (const [width, height] of [
      [320, 568],
      [3_840, 2_160],
    ] as const) {
      const { page } = await openPage(shop.url, { width, height });
      for (const screen of SCREENS) {
        await goTo(page, `/${screen}`);
        await page.locator('main').getByText(SHOWN[screen]).first().waitFor();
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
        expect(wide, `${screen} at ${width}`).to.equal(width);
        expect(await page.locator('tbody tr:not(.room)').count(), screen).to.be.at.most(80);
      }
    }
  });

  it('takes the token out of the address, keeps it for the tab, and requests it in another', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    expect(page.url()).not.to.include(TOKEN);

    await page.reload();
    await page.locator('.traces-table a').first().waitFor();

    const other = await openPage(page.url());
    await other.page.getByLabel('Address or token').fill(shop.url);
    await other.page.keyboard.press('Enter');
    await other.page.locator('.traces-table a').first().waitFor();
  });

  it('says that a token is wrong, and takes the right one', async () => {
    const shop = await startShop('busy');
    const { page, faults } = await openPage(`http://127.0.0.1:${shop.port}/#wrong-0123456789abcdefghijklmnop`);
    await page.getByText('token of this page is invalid').waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);

    await page.getByLabel('Address or token').fill('short');
    await page.keyboard.press('Enter');
    await page.getByText('A token has at least 16').waitFor();
    await page.getByLabel('Address or token').fill(TOKEN);
    await page.keyboard.press('Enter');

    await page.locator('.traces-table a').first().waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('polls in a fifth page, because a token has four streams, and gets a stream when one is free', async () => {
    const shop = await startShop('busy');
    const others = [];
    for (let i = 0; i < 4; i++) {
      const { page } = await openPage(shop.url);
      await page.getByText(/[\d.]+ spans\/s/).waitFor();
      others.push(page);
    }

    const { page, faults } = await openPage(shop.url);
    await page.getByText('live, every 2 s').waitFor();
    await page.locator('.traces-table a').first().waitFor();
    await others[0]!.close();

    page.setDefaultTimeout(60_000);
    await page.getByText(/[\d.]+ spans\/s/).waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('begins a stream anew after it has polled, because the changes since the last frame are not those since the last poll', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    page.setDefaultTimeout(60_000);
    await page.getByText(/[\d.]+ spans\/s/).waitFor();
    await page.locator('.traces-table a').first().waitFor();

    const reopened = page.waitForRequest(/\/api\/v1\/live/);
    await page.route(/\/api\/v1\/live/, (route) =>
      route.fulfill({ status: 429, json: { error: 'no stream is free' } }),
    );
    await setVisibility(page, 'hidden');
    await setVisibility(page, 'visible');
    await page.getByText('live, every 2 s').waitFor();
    const next = page.waitForRequest(/\/api\/v1\/live/);
    await page.unroute(/\/api\/v1\/live/);

    expect(new URL((await reopened).url()).searchParams.get('after')).to.match(/\.\d+$/);
    expect(new URL((await next).url()).searchParams.get('after')).to.equal(null);
  });

  it('shows texts that try to inject as text', async () => {
    const shop = await startShop('hostile');
    const { page, faults } = await openPage(shop.url);
    await page.getByText('<img src=x').first().waitFor();
    for (const screen of SCREENS) {
      await goTo(page, `/${screen}`);
      await page.locator('main tbody tr, main .empty').first().waitFor();
      const text = (await page.locator('#page').textContent()) ?? '';
      expect(text, screen).not.to.match(/(?!\n)[\p{Cc}\p{Cf}]/u);
      expect(await page.locator('main img, main script, main a[href^="javascript"]').count(), screen).to.equal(0);
    }
    for (const name of ['<img src=x', 'admin', 'long long', '__proto__']) {
      await goTo(page, '/traces');
      await page.locator('.traces-table a').filter({ hasText: name }).first().click();
      await page.getByRole('region', { name: 'Waterfall' }).waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('t');
      await page.locator('.trace-text').waitFor();
    }
    await goTo(page, '/traces');
    for (const text of ['http.route = ', '<img', 'long']) {
      await page.getByRole('combobox', { name: 'Query' }).fill(text);
      await page.waitForResponse((response) => response.url().includes('/complete'));
      expect(await page.locator('#completions img, #completions script').count(), text).to.equal(0);
    }
    const title = await page.title();
    expect(title)
      .to.include('<script>')
      .and.not.match(/[\p{Cc}\p{Cf}]/u);
    expect(faults).to.deep.equal([]);
  });
});

/** Has the page take itself for hidden, as in a tab in the background, or for visible. */
async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));`);
}
