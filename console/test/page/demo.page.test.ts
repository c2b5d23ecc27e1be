import { expect } from 'chai';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage, pressUntil, type OpenedPage } from './browser.js';
import { startDemo, type Demo } from './demo.js';

/** Everything that the demo promises, and the place on the page that shows it. */
const PROMISED: readonly [what: string, place: string, text: RegExp][] = [
  ['several routes', '/stacks?window=1h', /GET \/products/],
  ['several routes, with parameters', '/stacks?window=1h', /GET \/customers\/:name\/orders/],
  ['an N+1 query', '/stacks?window=1h', /N\+1/],
  ['an N+1 query, at the trace', '/traces?window=1h&q=%22%2Fcustomers%2F%3Aname%2Forders%22&sort=spans', /N\+1/],
  ['a slow tail', '/traces?window=1h&sort=slowest&q=root.duration+%3E+250ms', /POST \/orders/],
  ['failures', '/errors?window=1h', /payments provider failed/],
  ['other failures', '/errors?window=1h', /card declined/],
  ['log lines', '/logs?window=1h', /payments provider failed, trying again/],
  ['a background job', '/traces?window=1h&q=name+%3D+restock', /restock/],
  ['a worker thread', '/traces?window=1h&q=thread+%3E+0', /write invoices/],
];

describe('the demo', function () {
  this.timeout(240_000);
  let demo: Demo;
  let opened: OpenedPage;
  before(async () => {
    demo = await startDemo();
    await demo.served(120);
    opened = await openPage(demo.url);
    await opened.page.locator('.traces-table a').first().waitFor();
  });
  after(async () => {
    await cleanUp();
    await closeBrowser();
    await demo.stop();
  });

  for (const [what, place, text] of PROMISED) {
    it(`shows ${what}`, async () => {
      const { page } = opened;
      await goTo(page, place);
      await page.locator('main').getByText(text).first().waitFor();
      expect(await axeFindings(page)).to.deep.equal([]);
    });
  }

  it('leads by keyboard from the slowest route to its query', async () => {
    const { page, faults } = opened;
    await goTo(page, '/traces');
    await page.locator('.traces-table a').first().waitFor();

    await page.keyboard.press('3');
    await page.locator('.stacks-table').waitFor();
    await pressUntil(page, 'j', page.locator('.stacks-table tr[aria-selected="true"]', { hasText: '/customers' }));
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    await page.getByRole('button', { name: /N\+1: \d+× SELECT customer, total_cents/ }).waitFor();
    await page.keyboard.press('G');

    await page
      .getByLabel('Detail of the selection')
      .getByText(/FROM orders JOIN order_lines/)
      .first()
      .waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('leads by keyboard from the errors to the reason of a failed request', async () => {
    const { page, faults } = opened;
    await goTo(page, '/traces');
    await page.locator('.traces-table a').first().waitFor();

    await page.keyboard.press('5');
    await page
      .getByText(/payments provider failed/)
      .first()
      .waitFor();
    const reason = /payments provider failed/;
    await pressUntil(page, 'j', page.locator('.errors-table tr[aria-selected="true"]', { hasText: reason }));
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();

    await pressUntil(page, 'e', page.getByLabel('Detail of the selection').getByText(reason));
    expect(faults).to.deep.equal([]);
  });
});
