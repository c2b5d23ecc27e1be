import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../http/served.js';
import { cleanUp, closeBrowser, goTo, openPage, SCREENS, startShop, type OpenedPage } from './browser.js';

const MOST_ROWS = 80;

const rowsIn = (page: Page) => page.locator('main tbody tr:not(.room)').count();

describe('the page with a lot to show', function () {
  this.timeout(400_000);
  after(closeBrowser);

  describe('on 100,000 spans', () => {
    let opened: OpenedPage;
    before(async () => (opened = await openPage((await startShop('full')).url, { height: 1_400 })));
    after(cleanUp);

    const SHOWN: Readonly<Record<(typeof SCREENS)[number], RegExp>> = {
      traces: /50,000 traces/,
      stacks: /80 call paths/,
      time: /p99/,
      errors: /No errors/,
      logs: /No log lines/,
      open: /No span is open/,
    };
    for (const screen of SCREENS) {
      it(`shows the screen ${screen} with at most ${MOST_ROWS} rows in the document`, async () => {
        const { page } = opened;
        await goTo(page, `/${screen}?window=1h`);
        await page.getByText(SHOWN[screen]).first().waitFor();
        await page.getByText('kept 100,000').waitFor();
        expect(await rowsIn(page)).to.be.at.most(MOST_ROWS);
      });
    }

    it('scrolls from page to page of older traces', async () => {
      const { page, faults } = opened;
      await goTo(page, '/traces?window=1h');
      await page.locator('.traces-table a').first().waitFor();
      const count = async () => Number(await page.locator('.traces-table').getAttribute('aria-rowcount')) - 1;
      for (let rows = 200; rows < 2_000; rows += 200) {
        await page.keyboard.press('G');
        await eventually(async () => (await count()) > rows, `more than ${rows} rows`);
      }
      expect(await rowsIn(page)).to.be.at.most(MOST_ROWS);
      expect(faults).to.deep.equal([]);
    });

    it('finds one trace among them by a query', async () => {
      const { page } = opened;
      await goTo(page, `/traces?window=1h&q=${encodeURIComponent('page.number = 31234')}`);
      await page.getByText(/^1 trace$/).waitFor();
      await goTo(page, `/traces?window=1h&q=${encodeURIComponent('page.numbre = 31234')}`);
      await page.getByText('No span has had page.numbre.').waitFor();
    });
  });

  it('searches on after the time limit until it finds the oldest trace', async () => {
    const { page } = await openPage((await startShop('full')).url);
    const slow = Array.from({ length: 60 }, (_, index) => `child(name ~ "x.*y.*${index}")`).join(' or ');
    await goTo(page, `/traces?window=1h&q=${encodeURIComponent(`not (${slow}) and page.number = 3`)}`);
    await page.getByText('not all were searched').waitFor();
    expect(await rowsIn(page)).to.equal(0);

    await eventually(async () => {
      await page.getByRole('button', { name: 'search on' }).click();
      return (await rowsIn(page)) > 0;
    }, 'the trace is found');

    await cleanUp();
  });

  describe('on a trace of 50,001 spans', () => {
    let opened: OpenedPage;
    before(async () => {
      opened = await openPage((await startShop('large')).url, { height: 1_400 });
      const { page } = opened;
      await page.locator('.traces-table a', { hasText: 'job: import' }).first().click();
      await page.getByText('50,001 spans').waitFor();
    });
    after(cleanUp);

    it('goes to its last span, with few rows in the document', async () => {
      const { page } = opened;
      await page.keyboard.press('G');
      await page.locator('.waterfall').getByText('import row 49999').waitFor();
      expect(await rowsIn(page)).to.be.at.most(MOST_ROWS);
    });

    it('finds a span that is not drawn', async () => {
      const { page } = opened;
      await page.keyboard.press('/');
      await page.keyboard.type('row 27777');
      await page.keyboard.press('Enter');
      await page.getByLabel('Detail of the selection').getByText('import row 27777').waitFor();
      await page.locator('.waterfall tr[aria-selected="true"]').getByText('import row 27777').waitFor();
    });

    it('goes from error to error, and folds', async () => {
      const { page, faults } = opened;
      await page.keyboard.press('g');
      await page.keyboard.press('e');
      await page.getByLabel('Detail of the selection').getByText('row 4999 is not valid').waitFor();
      await page.keyboard.press('E');
      await page.getByLabel('Detail of the selection').getByText('row 49999 is not valid').waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('h');
      await page.locator('.waterfall').getByText('import row 0').waitFor({ state: 'detached' });
      expect(await page.locator('.waterfall tbody tr:not(.room)').count()).to.equal(1);
      await page.keyboard.press('l');
      await page.locator('.waterfall').getByText('import row 0').waitFor();
      expect(faults).to.deep.equal([]);
    });

    it('has a text form that says how much it leaves out', async () => {
      const { page } = opened;
      await page.keyboard.press('t');
      await page
        .locator('.trace-text')
        .getByText(/[\d,]+ lines more/)
        .waitFor();
      await page.keyboard.press('w');
      await page.locator('.waterfall').waitFor();
    });
  });
});
