import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../http/served.js';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage, pressUntil, TOKEN } from './browser.js';
import { startCommanded, type Commanded } from './commanded.js';

/** Copies the link of the page by its key. */
async function copiedLink(page: Page): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('y');
  await page.getByText('copied the link').waitFor();
  return page.evaluate<string>('navigator.clipboard.readText()');
}

/** Opens a link in a tab of its own, which needs the token. */
async function openLink(service: Commanded, link: string): Promise<Page> {
  const { page } = await openPage(link);
  await page.getByLabel('Address or token').fill(service.url);
  await page.keyboard.press('Enter');
  return page;
}

const epochOf = (url: string) => new URLSearchParams(new URL(url).hash.split('?')[1]).get('epoch');

describe('links to the page', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('have screen, query, an absolute window and the selection, and never the token', async () => {
    const service = await startCommanded();
    for (const name of ['GET /a', 'GET /b', 'GET /c']) await service.tell({ do: 'traces', name });
    const { page } = await openPage(service.url);
    await page.locator('main table[aria-rowcount="4"]').waitFor();
    await goTo(page, '/traces?q=GET&sort=slowest');
    // The rows of the query may come after the first key.
    const selected = page.locator('tr[aria-selected="true"] a');
    await pressUntil(page, 'j', selected);
    const chosen = await selected.textContent();

    const link = await copiedLink(page);
    await service.tell({ do: 'traces', name: 'GET /later', count: 5 });

    expect(link)
      .to.match(/#\/traces\?q=GET&window=\d+\.\.\d+&/)
      .and.include('epoch=');
    expect(link).not.to.include(TOKEN);
    const other = await openLink(service, link);
    await other.locator('tr[aria-selected="true"] a', { hasText: chosen! }).waitFor();
    expect(await other.locator('main table').getAttribute('aria-rowcount')).to.equal('4');
    await other.reload();
    await other.locator('tr[aria-selected="true"] a', { hasText: chosen! }).waitFor();
    expect(await other.locator('.notice').count()).to.equal(0);
  });

  it('of an earlier start of the service are recognised, and lead to the present', async () => {
    const first = await startCommanded();
    await first.tell({ do: 'traces', name: 'GET /a' });
    const { page } = await openPage(first.url);
    await page.locator('.traces-table a').first().waitFor();
    await page.keyboard.press('j');
    const list = await copiedLink(page);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    const trace = await copiedLink(page);
    await first.stop();
    const second = await startCommanded({ port: first.port });
    await second.tell({ do: 'traces', name: 'GET /a' });

    const other = await openLink(second, list);
    await other.getByText('This link is from an earlier start of the service').waitFor();
    expect(await axeFindings(other)).to.deep.equal([]);
    await other.getByRole('button', { name: 'show the present' }).click();
    await other.locator('.traces-table a', { hasText: 'GET /a' }).waitFor();
    await eventually(() => epochOf(other.url()) !== epochOf(list), 'the epoch of the present');
    expect(await other.locator('.notice').count()).to.equal(0);

    await other.goto(trace);
    await other.getByText('This link is from an earlier start of the service').waitFor();
    await other.getByRole('link', { name: 'other traces of GET /a' }).click();
    await other.locator('.traces-table a', { hasText: 'GET /a' }).waitFor();
  });

  it('to a trace that was evicted say so, and offer others of its name', async () => {
    const service = await startCommanded({ maxSpans: 200 });
    await service.tell({ do: 'traces', name: 'GET /a' });
    const { page } = await openPage(service.url);
    await page.locator('.traces-table a').first().click();
    await page.getByRole('region', { name: 'Waterfall' }).waitFor();
    await page.waitForURL(/of=/);
    const windowOfIt = `${Date.now() - 60_000}..${Date.now()}`;
    await new Promise((resolve) => setTimeout(resolve, 50));

    // A slower one takes its place as an example, which would be kept.
    await service.tell({ do: 'traces', name: 'GET /a', millis: 500 });
    await service.tell({ do: 'traces', name: 'GET /b', count: 150 });
    await service.tell({ do: 'traces', name: 'GET /a' });
    await page.getByText('received 306').waitFor();
    await page.reload();

    await page.getByText('The trace was evicted by newer spans').waitFor();
    await page.getByText('It was removed at').waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.getByRole('link', { name: 'other traces of GET /a' }).click();
    await page.locator('.traces-table a', { hasText: 'GET /a' }).waitFor();

    await goTo(page, `/traces?window=${windowOfIt}`);
    await page.getByText('The spans of this window were evicted by newer ones').waitFor();
    await page.getByRole('button', { name: 'the oldest that are kept' }).click();
    await page.locator('.traces-table a', { hasText: 'GET /b' }).first().waitFor();
  });

  it('to something that is not in the list say so on each screen, and leave the selection', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'traces', name: 'GET /a', failed: true });
    await service.tell({ do: 'logs', body: 'a line' });
    await service.tell({ do: 'open', name: 'still open' });
    const { page } = await openPage(service.url);
    await page.locator('.traces-table a').first().waitFor();
    const gone = `${'a'.repeat(32)}:${'b'.repeat(16)}`;
    const cases = [
      ['/traces?row=99999', 'The selected trace is not among'],
      ['/stacks?row=99999', 'The selected call path has no calls'],
      ['/errors?row=99999', 'The selected group has no errors'],
      ['/logs?row=99999', 'The selected log line is not among'],
      [`/open?row=${encodeURIComponent(gone)}`, 'The selected span is not open any more'],
    ] as const;
    for (const [place, sentence] of cases) {
      await goTo(page, place);
      await page.locator('.notice', { hasText: sentence }).waitFor();
      expect(await axeFindings(page), place).to.deep.equal([]);
      await page.getByRole('button', { name: 'leave the selection' }).click();
      await page.locator('.notice').waitFor({ state: 'detached' });
    }
    await goTo(page, `/stacks?window=${Date.now() - 90_000_000}..${Date.now() - 80_000_000}`);
    await page.getByText('This window is older than the 12 hours that are kept').waitFor();
    await page.getByRole('button', { name: 'the last 12 h' }).click();
    await page.locator('.stacks-table').getByText('GET /a', { exact: true }).waitFor();
  });

  it('in the answers to agents lead to the same place', async () => {
    const service = await startCommanded();
    for (const name of ['GET /a', 'GET /b']) await service.tell({ do: 'traces', name });
    const { page } = await openPage(service.url);
    await page.locator('main table[aria-rowcount="3"]').waitFor();
    const link = async (tool: string, args: object): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${service.port}/mcp/tools/${tool}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(args),
      });
      return /Page for the human: (\S+?)(?:\\n|"|\s|$)/.exec(await response.text())![1]!;
    };

    await page.goto(await link('find_traces', { query: 'name = "GET /a"' }));

    await page.locator('main table[aria-rowcount="2"]').waitFor();
    expect(await page.getByRole('combobox', { name: 'Query' }).inputValue()).to.equal('name = "GET /a"');
    const traceId = /trace\/([0-9a-f]{32})/.exec((await page.locator('.traces-table a').getAttribute('href'))!)![1]!;
    await page.goto(await link('get_trace', { traceId }));
    await page.getByRole('heading', { name: 'GET /a' }).first().waitFor();
    expect(await page.locator('.notice').count()).to.equal(0);
  });
});
