import { expect } from 'chai';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage } from './browser.js';
import { startCommanded } from './commanded.js';

describe('open spans while the event loop is blocked', function () {
  this.timeout(90_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('are the spans that were open then, with the time since it was blocked', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'open', name: 'crunch numbers' });
    const { page, faults } = await openPage(service.url);
    await goTo(page, '/open');
    await page.locator('.open-table').getByText('crunch numbers').waitFor();

    await service.tell({ do: 'block', millis: 6_000 });

    const told = page.locator('.blocked', { hasText: 'event loop blocked for' });
    await told.filter({ hasText: /blocked for [\d.]+ s These spans were open [\d.]+ m?s ago/ }).waitFor();
    await page.locator('.open-table').getByText('crunch numbers').waitFor();
    await page.locator('header').getByText('event loop blocked for').waitFor();
    expect(await axeFindings(page)).to.deep.equal([]);

    await told.waitFor({ state: 'detached' });
    await page.locator('.open-table').getByText('crunch numbers').waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('stand on a page that is opened meanwhile', async () => {
    const service = await startCommanded();
    await service.tell({ do: 'open', name: 'crunch numbers' });
    await service.tell({ do: 'block', millis: 6_000 });
    const { page } = await openPage(service.url);
    await goTo(page, '/open');

    await page
      .getByText('event loop is blocked')
      .or(page.locator('.blocked', { hasText: 'event loop blocked' }))
      .first()
      .waitFor();
    await page.locator('.open-table').getByText('crunch numbers').waitFor();
  });
});
