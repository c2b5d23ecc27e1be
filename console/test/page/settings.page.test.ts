import { expect } from 'chai';
import { eventually } from '../http/served.js';
import { axeFindings, cleanUp, closeBrowser, goTo, openPage } from './browser.js';
import { startCommanded } from './commanded.js';

describe('settings of the service', function () {
  this.timeout(180_000);
  afterEach(cleanUp);
  after(closeBrowser);

  it('sampling is in force for a time for every viewer, counts down, and stops on demand', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    const viewer = await openPage(service.viewUrl, { dark: true });
    await page.getByText('sampling off').waitFor();

    await page.keyboard.press('R');
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.getByLabel('of these traces').selectOption('0.5');
    await page.getByRole('button', { name: 'start', exact: true }).click();

    const strips = [page, viewer.page].map((each) => each.locator('.timed', { hasText: 'sampling' }));
    for (const strip of strips) await strip.getByText('50 % of the traces').waitFor();
    const left = () => strips[1]!.locator('.faint').textContent();
    const before = await left();
    expect(before).to.match(/^ends in (?:10m 00s|9m \d\ds)$/);
    await eventually(async () => (await left()) !== before, 'less time left');
    expect(await axeFindings(viewer.page)).to.deep.equal([]);
    expect(await viewer.page.getByRole('button', { name: 'stop now' }).count()).to.equal(0);
    await page.getByRole('button', { name: 'stop now: sampling' }).click();
    for (const strip of strips) await strip.waitFor({ state: 'detached' });
    await viewer.page.getByText('sampling off').waitFor();
  });

  it('a filter is in force for a time for every viewer, and then the previous one is', async () => {
    const service = await startCommanded();
    const { page, faults } = await openPage(service.url);
    const viewer = await openPage(service.viewUrl);
    await page.getByText('filter off').waitFor();
    await page.keyboard.press('L');
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.getByLabel('log records').selectOption('13');
    await page.getByLabel('no scopes').fill('pg, @other/*');
    await page.getByRole('button', { name: 'apply' }).click();

    const text = 'log records only from WARN; without the scopes pg, @other/*';
    for (const each of [page, viewer.page]) await each.locator('.timed', { hasText: text }).waitFor();
    await service.tell({ do: 'logs', body: 'too small', severity: 9 });
    await service.tell({ do: 'logs', body: 'large enough', severity: 17 });
    await goTo(page, '/logs');
    await page.getByText('large enough').waitFor();
    expect(await page.getByText('too small').count()).to.equal(0);

    await page.getByRole('button', { name: 'stop now: filter' }).click();
    await viewer.page.locator('.timed').waitFor({ state: 'detached' });
    await service.tell({ do: 'logs', body: 'small again', severity: 9 });
    await page.getByText('small again').waitFor();
    await page.locator('summary', { hasText: 'filter off' }).waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('are seen with a token of the role view, and not changed', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.viewUrl, { width: 320, height: 568 });
    for (const [key, name] of [
      ['R', 'sampling'],
      ['L', 'filter'],
    ] as const) {
      await page.getByText(`${name} off`).waitFor();
      await page.keyboard.press(key);
      await page.getByText(`cannot change the ${name}`).waitFor();
      expect(await page.locator('.setting form').count()).to.equal(0);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.equal(320);
      expect(await axeFindings(page)).to.deep.equal([]);
      await page.keyboard.press(key);
    }
  });

  it('stay open with the sentence of a refusal', async () => {
    const service = await startCommanded();
    const { page } = await openPage(service.url);
    await page.getByText('filter off').waitFor();
    await page.keyboard.press('L');
    await page.getByLabel('log records').selectOption('17');
    await service.tell({ do: 'block', millis: 4_000 });
    await page.getByText('event loop blocked').first().waitFor();

    await page.getByRole('button', { name: 'apply' }).click();

    await page
      .getByRole('alert')
      .filter({ hasText: 'it may still apply the change once its event loop is free' })
      .waitFor();
    await page.locator('.timed', { hasText: 'from ERROR' }).waitFor();
  });
});
