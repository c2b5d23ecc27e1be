import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { ConsoleStats } from '../../src/api/schemas.js';
import { eventually } from '../http/served.js';
import {
  cleanUp,
  closeBrowser,
  foreignPage,
  goTo,
  openPage,
  openTabs,
  NOTHING,
  SCREENS,
  SHOWN,
  startShop,
  TOKEN,
} from './browser.js';

const isBlocked = (page: Page) => page.getByRole('banner').getByText(/event loop blocked for/);
const isStreaming = (page: Page) => page.getByText(/[\d.]+ spans\/s/);
const isPolling = (page: Page) => page.getByText('live, every 2 s');

describe('the page in trouble', function () {
  this.timeout(300_000);
  afterEach(cleanUp);
  after(closeBrowser);

  describe('when the service is started again', () => {
    for (const screen of SCREENS) {
      it(`shows no row and no number of before on the screen ${screen}`, async () => {
        const first = await startShop('busy');
        const { page, faults } = await openPage(first.url);
        await goTo(page, `/${screen}`);
        await page.locator('main').getByText(SHOWN[screen]).first().waitFor();
        await page.keyboard.press('j');

        await first.stop();
        await page.getByText('no answer, trying again').waitFor();
        await startShop('empty', first.port);

        await page.getByText('the service was started again').waitFor();
        await page.locator('main').getByText(NOTHING[screen]).waitFor();
        await page.getByText('received 0').waitFor();
        await page.getByText('kept 0').waitFor();
        expect(await page.locator('main tbody tr:not(.room)').count()).to.equal(0);
        expect(page.url()).not.to.include('row=');
        expect(faults.filter((fault) => !fault.includes('ERR_'))).to.deep.equal([]);
      });
    }

    it('notices it although no answer about the first service has come', async () => {
      const first = await startShop('busy');
      const { page } = await openPage('about:blank');
      await page.route('**/api/v1/hello', (route) => route.abort());
      await page.goto(first.url);
      await page.locator('.traces-table a').first().waitFor();
      await page.keyboard.press('j');

      await first.stop();
      await page.unroute('**/api/v1/hello');
      await startShop('empty', first.port);

      await page.getByText('the service was started again').waitFor();
      await page.locator('main').getByText(NOTHING.traces).waitFor();
      expect(page.url()).not.to.include('row=');
    });

    it('keeps an open trace on the screen, and after a reload says that it is gone', async () => {
      const first = await startShop('busy');
      const { page } = await openPage(first.url);
      await page.locator('.traces-table a').first().click();
      await page.getByRole('region', { name: 'Waterfall' }).waitFor();

      await first.stop();
      await startShop('empty', first.port);

      await page.getByText('the service was started again').waitFor();
      expect(await page.locator('.waterfall tbody tr').count()).to.be.greaterThan(0);
      await page.reload();
      await page.getByText(/never|not here|not known|unknown|no trace/i).waitFor();
    });

    it('is shown by a page that polls, too', async () => {
      const first = await startShop('empty');
      const [page, ...others] = await openTabs(first.url, 5, { visible: 'all' });
      const all = [page!, ...others];
      await eventually(async () => (await Promise.all(all.map(isPollingNow))).includes(true), 'a page polls');
      first.tell('trace', 'before');
      for (const each of all) await each.getByText('before').first().waitFor();

      await first.stop();
      await startShop('empty', first.port);

      for (const each of all) await each.getByText('the service was started again').waitFor();
      for (const each of all) await each.getByText(NOTHING.traces).waitFor();
    });
  });

  it('goes on when the thread of the console has died, and does not take it for another start of the service', async () => {
    const shop = await startShop('empty');
    const { page, faults } = await openPage(shop.url);
    shop.tell('trace', 'before');
    await page.locator('.traces-table a', { hasText: 'before' }).waitFor();

    shop.tell('kill');

    await page.getByText(/the console was started again; its history before [\d:]+ is lost/).waitFor();
    await page.getByText(NOTHING.traces).waitFor();
    shop.tell('trace', 'after');
    await page.locator('.traces-table a', { hasText: 'after' }).waitFor();
    const late = await openPage(shop.url);
    await late.page.getByText(/the console was started again; its history before [\d:]+ is lost/).waitFor();
    expect(faults.filter((fault) => !fault.includes('ERR_'))).to.deep.equal([]);
  });

  it('answers on every screen while the event loop of the service is blocked, and shows the spans that were open then', async () => {
    const shop = await startShop('busy');
    const { page, faults } = await openPage(shop.url);
    await goTo(page, '/open');
    await page.locator('main').getByText(SHOWN.open).waitFor();

    const goOn = shop.block();
    await isBlocked(page).waitFor();
    for (const screen of [...SCREENS, 'open'] as const) {
      await goTo(page, `/${screen}`);
      await page.locator('main').getByText(SHOWN[screen]).first().waitFor();
      expect(await isBlocked(page).count(), screen).to.equal(1);
    }
    goOn();

    await isBlocked(page).waitFor({ state: 'detached' });
    expect(faults).to.deep.equal([]);
  });

  describe('with several pages', () => {
    it('shows new traces in one while another is paused, and all of them after it', async () => {
      const shop = await startShop('empty');
      const [paused, other] = [await openPage(shop.url), await openPage(shop.url)];
      shop.tell('trace', 'first');
      for (const { page } of [paused, other]) await page.locator('.traces-table a', { hasText: 'first' }).waitFor();

      await paused.page.keyboard.press('p');
      for (const name of ['second', 'third']) {
        shop.tell('trace', name);
        await other.page.locator('.traces-table a', { hasText: name }).waitFor();
      }
      await paused.page.getByText('received 3').waitFor();
      expect(await namesIn(paused.page)).to.deep.equal(['first']);
      await paused.page.keyboard.press('p');

      await paused.page.locator('.traces-table a', { hasText: 'third' }).waitFor();
      expect(await namesIn(paused.page)).to.deep.equal(['third', 'second', 'first']);
      expect(await namesIn(other.page)).to.deep.equal(['third', 'second', 'first']);
    });

    it('applies a query, an order and a window to one of them', async () => {
      const shop = await startShop('empty');
      const [one, other] = [await openPage(shop.url), await openPage(shop.url)];
      shop.tell('trace', 'slow', { millis: 900 });
      shop.tell('trace', 'quick', { millis: 2 });
      await other.page.locator('.traces-table a', { hasText: 'quick' }).waitFor();

      await goTo(one.page, '/traces?q=duration+%3E+500ms&sort=slowest&window=1h');
      await one.page.getByText(/^1 trace$/).waitFor();
      shop.tell('trace', 'last');
      await other.page.locator('.traces-table a', { hasText: 'last' }).waitFor();

      expect(await namesIn(one.page)).to.deep.equal(['slow']);
      expect(await namesIn(other.page)).to.deep.equal(['last', 'quick', 'slow']);
    });

    it('streams to the visible one of seven tabs, and to another as soon as it is in front', async () => {
      const shop = await startShop('empty');
      const tabs = await openTabs(shop.url, 7, { visible: 'last' });
      const streams = async () => (await shop.ask<ConsoleStats>('stats')).clients.streams;
      await isStreaming(tabs[6]!).waitFor();
      await eventually(async () => (await streams()) === 1, 'one stream');

      await tabs[2]!.bringToFront();
      shop.tell('trace', 'work');

      await tabs[2]!.locator('.traces-table a', { hasText: 'work' }).waitFor();
      await eventually(async () => (await streams()) === 1, 'one stream');
      expect(await namesIn(tabs[6]!)).to.deep.equal([]);
    });

    it('shows the same in seven windows: four stream, three poll, and none waits for a connection', async () => {
      const shop = await startShop('empty');
      const windows = await openTabs(shop.url, 7, { visible: 'all' });
      shop.tell('trace', 'work');

      for (const page of windows) await page.locator('.traces-table a', { hasText: 'work' }).waitFor();
      await eventually(async () => {
        const polling = await Promise.all(windows.map(isPollingNow));
        return polling.filter(Boolean).length === 3;
      }, 'three pages that poll');
      for (const page of windows) {
        await goTo(page, '/stacks');
        await page.locator('.stacks-table').getByText('work').waitFor();
      }
    });
  });

  describe('of another server', () => {
    const ASKED: readonly [title: string, script: (origin: string) => string][] = [
      ['a plain request', (origin) => `fetch('${origin}/api/v1/traces')`],
      [
        'a request with the token',
        (origin) => `fetch('${origin}/api/v1/traces', { headers: { authorization: 'Bearer ${TOKEN}' } })`,
      ],
      ['a request whose answer it may not read', (origin) => `fetch('${origin}/api/v1/traces', { mode: 'no-cors' })`],
      [
        'a plain POST',
        (origin) =>
          `fetch('${origin}/api/v1/clear', { method: 'POST', mode: 'no-cors', body: '{}', credentials: 'include' })`,
      ],
      ['a live stream', (origin) => `fetch('${origin}/api/v1/live?view=traces')`],
    ];

    for (const where of ['on another port', 'under a name that leads to this machine'] as const) {
      it(`is refused, ${where}`, async () => {
        const shop = await startShop('empty');
        shop.tell('trace', 'secret');
        await eventually(async () => (await shop.ask<ConsoleStats>('stats')).coverage.retained === 1, 'a trace');
        const origin = `http://${where === 'on another port' ? '127.0.0.1' : 'rebound.test'}:${shop.port}`;
        const { page, statuses } = await foreignPage();

        for (const [title, script] of ASKED) {
          const text = await page.evaluate<string>(
            `${script(origin)}.then((answer) => answer.text()).then((text) => 'read: ' + text, () => 'failed')`,
          );
          expect(text, title).to.be.oneOf(['failed', 'read: ']);
        }
        expect(statuses).to.satisfy(
          (all: number[]) => all.length >= ASKED.length && all.every((status) => status >= 400),
        );
        await page.evaluate(`new Promise((done) => {
          const frame = document.createElement('iframe');
          frame.onload = done;
          frame.src = '${origin}/';
          document.body.append(frame);
        })`);
        expect(await page.frames().at(-1)!.locator('#page').count()).to.equal(0);
        const { coverage, clients } = await shop.ask<ConsoleStats>('stats');
        // Not even the files of the page: with a name of its own, a foreign page could have its own origin there.
        if (where !== 'on another port') expect((await page.goto(`${origin}/`))?.status()).to.equal(421);
        expect([coverage.retained, clients.streams]).to.deep.equal([1, 0]);
      });
    }
  });
});

async function namesIn(page: Page): Promise<string[]> {
  return page.locator('.traces-table tbody a').allTextContents();
}

async function isPollingNow(page: Page): Promise<boolean> {
  return (await isPolling(page).count()) === 1;
}
