import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../http/served.js';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage, startShop, TOKEN } from './browser.js';
import { startCommanded } from './commanded.js';

const queryBox = (page: Page) => page.getByRole('combobox', { name: 'Query' });

async function ask(page: Page, query: string): Promise<void> {
  await page.keyboard.press('/');
  await queryBox(page).fill(query);
  await page.keyboard.press('Enter');
  const wanted = query === '' ? null : query;
  const asked = () => new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('q');
  await eventually(() => asked() === wanted, `the query ${query}`);
}

describe('the command palette', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('goes to a screen by a word of its name, and axe finds nothing in it', async () => {
    for (const dark of [false, true]) {
      const service = await startCommanded();
      const { page, faults } = await openPage(service.url, { dark });
      await page.getByText('No trace has finished').waitFor();

      await page.keyboard.press('Control+k');
      await page.getByRole('dialog', { name: 'Commands' }).waitFor();
      expect(await axeFindings(page)).to.deep.equal([]);
      await page.keyboard.type('screen err');
      await page.keyboard.press('Enter');

      await page.getByText('No errors in this window').waitFor();
      expect(await page.getByRole('dialog').count()).to.equal(0);
      expect(faults).to.deep.equal([]);
    }
  });

  it('has every key of the help, under the same name', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    await page.getByText('No trace has finished').waitFor();
    await page.keyboard.press('?');
    const inHelp = await page.getByRole('dialog').locator('dd').allTextContents();
    expect(inHelp).to.include('commands');
    await page.keyboard.press('Escape');

    await page.keyboard.press('Meta+k');
    const palette = page.getByRole('dialog', { name: 'Commands' });
    await palette.getByRole('option').first().waitFor();

    const offered = await palette.locator('.command-text').allTextContents();
    expect(offered).to.include.members(inHelp.filter((text) => text !== 'commands'));
  });

  it('moves by arrows, and announces the active command', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    await page.getByText('No trace has finished').waitFor();
    await page.keyboard.press('Control+k');
    const input = page.getByRole('combobox', { name: 'Find a command' });
    await input.fill('theme:');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const active = await input.getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active}`).textContent()).to.include('theme: dark');
    await page.keyboard.press('ArrowDown');
    expect(await input.getAttribute('aria-activedescendant')).to.equal('command-0');
    await page.keyboard.press('ArrowUp');

    await page.keyboard.press('Enter');

    await eventually(async () => (await page.locator('html').getAttribute('data-theme')) === 'dark', 'the dark theme');
  });

  it('offers windows and recent queries, and leaves the page alone when it is closed', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'GET /a', count: 3 });
    const { page } = await openPage(service.url);
    await page.locator('.traces-table a').first().waitFor();
    await ask(page, 'duration>1ms');
    await ask(page, '');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('jjj');
    await page.getByText('No command has these words').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.locator('tr[aria-selected="true"]').count()).to.equal(0);

    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('last hour');
    await page.keyboard.press('Enter');
    await page.waitForURL(/window=1h/);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('recent duration');
    await page.keyboard.press('Enter');

    await page.waitForURL(/q=duration%3E1ms/);
  });

  describe('while its code is loading', () => {
    it('gets the keys that are typed, in their order, and the page gets none of them', async () => {
      const { page, load } = await openWithoutPalette();

      await page.keyboard.press('Control+k');
      await page.keyboard.type('pausd');
      await page.keyboard.press('Backspace');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Control+f');
      await page.keyboard.type('e 3');
      load();

      const field = page.getByRole('combobox', { name: 'Find a command' });
      await field.waitFor();
      expect(await field.inputValue()).to.equal('pause 3');
      await page.keyboard.type('!');
      expect(await field.inputValue()).to.equal('pause 3!');
      expect(await page.getByRole('button', { name: 'pause' }).getAttribute('aria-pressed')).to.equal('false');
      expect(new URL(page.url()).hash).to.match(/^#\/traces\b/);
    });

    it('leaves keys that type nothing to the browser', async () => {
      const { page } = await openWithoutPalette();
      await page.keyboard.press('Control+k');

      await page.keyboard.press('Tab');

      expect(await page.evaluate('document.activeElement.tagName')).not.to.equal('BODY');
    });

    it('runs the command that is chosen by Enter once it is there', async () => {
      const { page, load } = await openWithoutPalette();

      await page.keyboard.press('Control+k');
      await page.keyboard.type('screen err');
      await page.keyboard.press('Enter');
      await page.keyboard.type('p');
      load();

      await page.getByText('No errors in this window').waitFor();
      expect(await page.getByRole('dialog').count()).to.equal(0);
      expect(await page.getByRole('button', { name: 'pause' }).getAttribute('aria-pressed')).to.equal('false');
    });

    it('is closed by Escape, and the page has its keys again', async () => {
      const { page, load } = await openWithoutPalette();

      await page.keyboard.press('Control+k');
      await page.keyboard.type('3');
      await page.keyboard.press('Escape');
      await page.keyboard.press('p');
      load();

      await page.getByRole('button', { name: 'resume' }).waitFor();
      expect(await page.getByRole('dialog').count()).to.equal(0);
      expect(new URL(page.url()).hash).to.match(/^#\/traces\b/);
    });

    it('leaves the page its keys if it cannot be loaded', async () => {
      const { page } = await openWithoutPalette();
      await page.route(LATER, (route) => route.abort());

      await page.keyboard.press('Control+k');
      await page.getByText('This part of the page could not be loaded.').waitFor();
      await page.keyboard.press('p');

      await page.getByRole('button', { name: 'resume' }).waitFor();
    });
  });
});

const LATER = /\/later\.js$/;

/** A page whose palette is loaded once `load()` is called. */
async function openWithoutPalette() {
  const service = await startCommanded();
  const { page } = await openPage(service.url);
  let load = (): void => {};
  const wanted = new Promise<void>((resolve) => (load = resolve));
  await page.route(LATER, async (route) => {
    await wanted;
    await route.continue();
  });
  await page.reload();
  await page.getByText('No trace has finished').waitFor();
  return { page, load };
}

describe('the queries of a browser', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('are typed into the box from the key after / on, however soon it comes', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    await page.getByText('No trace has finished').waitFor();

    // Microtasks run before the next key; a frame may come after it.
    const focused = await page.evaluate<string | null>(`(async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }));
      for (let tasks = 0; tasks < 20; tasks++) await undefined;
      return document.activeElement.getAttribute('aria-label');
    })()`);

    expect(focused).to.equal('Query');
  });

  it('come back by arrows in an empty box, the newest first', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    await page.getByText('No trace has finished').waitFor();
    for (const query of ['first', 'second', 'first', 'third', '']) await ask(page, query);

    await page.keyboard.press('/');
    const seen: string[] = [];
    for (const key of [
      'ArrowUp',
      'ArrowUp',
      'ArrowUp',
      'ArrowUp',
      'ArrowDown',
      'ArrowDown',
      'ArrowDown',
      'ArrowDown',
    ]) {
      const before = await queryBox(page).inputValue();
      await page.keyboard.press(key);
      await eventually(async () => (await queryBox(page).inputValue()) !== before, `another query after ${key}`);
      seen.push(await queryBox(page).inputValue());
    }

    expect(seen).to.deep.equal(['third', 'first', 'second', '', 'second', 'first', 'third', '']);
  });

  it('are at most 50, survive a reload, and never have the token', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    await page.getByText('No trace has finished').waitFor();
    for (let i = 0; i < 53; i++) await ask(page, `q${i}`);
    await ask(page, service.url.slice(7));
    await page.reload();
    await queryBox(page).waitFor();

    const stored = await page.evaluate<string>('JSON.stringify(localStorage)');
    expect(stored).not.to.include(TOKEN);
    const queries = await page.evaluate<string[]>('JSON.parse(localStorage.getItem("otel-span-cache.queries"))');
    expect(queries).to.have.length(50);
    expect(queries[0]).to.equal('q52');
  });
});

describe('find in a list', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  const SELECTED = 'tbody tr[aria-selected="true"]';

  /** Finds a row that is not in the document, from the newest on top. */
  async function finds(page: Page, needle: string, status: RegExp): Promise<void> {
    expect(await page.locator('main tbody').textContent()).not.to.include(needle);
    await page.keyboard.press('Control+f');
    await page.keyboard.type(needle);
    await page.keyboard.press('Enter');
    const row = page.locator(SELECTED, { hasText: needle });
    await row.waitFor();
    await page.locator('.find-status').filter({ hasText: status }).waitFor();
    expect(await row.getAttribute('class')).to.include('match');
    expect(await page.locator('main tbody tr:not(.room)').count()).to.be.at.most(80);
  }

  /** So many different names. */
  const names = (count: number) =>
    Array.from({ length: count }, (_, i) => `/hay/${'abcdefghij'[i % 10]}${'k'.repeat(i / 10)}`);

  it('reaches rows that are not drawn, of traces, logs and open spans', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'needle' });
    await service.tell({ do: 'logs', body: 'a needle in the logs' });
    await service.tell({ do: 'traces', name: 'hay', count: 150 });
    await service.tell({ do: 'logs', body: 'hay', count: 150 });
    await service.tell({ do: 'open', name: 'open hay', count: 150 });
    await service.tell({ do: 'open', name: 'open needle' });
    const { page, faults } = await openPage(service.url);
    for (const screen of ['traces', 'logs', 'open']) {
      await goTo(page, `/${screen}`);
      await page.locator('main table[aria-rowcount="152"]').waitFor();
      await finds(page, 'needle', /^1 of 1 match$/);
      expect(await axeFindings(page), screen).to.deep.equal([]);
    }
    expect(faults).to.deep.equal([]);
  });

  it('reaches rows that are not drawn, of call paths and errors, folded ones too', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'needle', millis: 1, failed: true });
    for (const name of names(45)) await service.tell({ do: 'traces', name, failed: true });
    const { page, faults } = await openPage(service.url);
    await goTo(page, '/stacks');
    await page.locator('main table[aria-rowcount="93"]').waitFor();
    await finds(page, 'query of needle', /^1 of 1 match$/);
    await page.keyboard.press('h');
    await page.keyboard.press('h');
    await page.locator('main table[aria-rowcount="92"]').waitFor();
    await page.keyboard.press('n');
    await page.locator(SELECTED, { hasText: 'query of needle' }).waitFor();

    await goTo(page, '/errors');
    await page.locator('main table[aria-rowcount="47"]').waitFor();
    await finds(page, 'needle', /^1 of 1 match$/);
    expect(faults).to.deep.equal([]);
  });

  it('moves to the next and the previous match, and shows its number', async () => {
    const service = await startCommanded();
    for (const name of ['a needle', 'hay', 'b needle', 'hay', 'c needle']) await service.tell({ do: 'traces', name });
    const { page } = await openPage(service.url);
    await page.locator('main table[aria-rowcount="6"]').waitFor();
    await page.keyboard.press('f');
    await page.keyboard.type('NEEDLE');
    await page.keyboard.press('Enter');
    const seen: (string | null)[] = [];
    for (const key of ['n', 'n', 'n', 'N', 'N']) {
      await page.keyboard.press(key);
      seen.push(
        `${await page.locator('.find-status').textContent()}: ${await page.locator(`${SELECTED} a`).textContent()}`,
      );
    }
    expect(seen).to.deep.equal([
      '2 of 3 matches: b needle',
      '3 of 3 matches: a needle',
      '1 of 3 matches: c needle',
      '3 of 3 matches: a needle',
      '2 of 3 matches: b needle',
    ]);
    expect(await page.locator('tr.match').count()).to.equal(3);

    await page.keyboard.press('f');
    await page.keyboard.press('Escape');
    expect(await page.locator('tr.match').count()).to.equal(0);
  });
});

describe('the keys of the page', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('open a dialog again that Escape has closed a moment before', async () => {
    const shop = await startShop('busy');
    const { page } = await openPage(shop.url);
    await page.locator('.traces-table a').first().waitFor();
    for (const key of ['?', 'Control+k', 'x']) {
      await page.keyboard.press(key);
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      for (let times = 0; times < 10; times++) {
        await Promise.all([page.keyboard.press('Escape'), page.keyboard.press(key)]);
        // Time for a late event of the browser to close it.
        await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)))');
        expect(await dialog.count(), `${key}, after ${times} times`).to.equal(1);
      }
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    }
  });

  it('close the help with the key that opened it', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();

    await page.keyboard.press('?');

    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('fit into 320 pixels, in the help and in the palette', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url, { width: 320, height: 568 });
    await goTo(page, '/stacks');
    await page.getByText('No span has ended').waitFor();
    for (const key of ['?', 'Control+k']) {
      await page.keyboard.press(key);
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      const [scrolled, wide] = await page.evaluate<[number, number]>(
        '(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector("dialog[open]"))',
      );
      expect(scrolled, key).to.equal(wide);
      const { x, width } = (await dialog.boundingBox())!;
      expect(x).to.be.at.least(0);
      expect(x + width).to.be.at.most(320);
      await page.keyboard.press('Escape');
    }
  });
});
