import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium, type CDPSession, type Page } from 'playwright-core';

/** A page of the console in a real browser, before a service in a process of its own. */
export interface Viewed {
  readonly page: Page;
  readonly session: CDPSession;
  /** Has the service do something, see `programs/page-service.ts`. */
  tell(command: string, ...args: number[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function view(): Promise<Viewed> {
  const service = fork(fileURLToPath(new URL('programs/page-service.js', import.meta.url)), [], { execArgv: [] });
  const url = (await nextMessage(service)) as string;
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  return {
    page,
    session: await page.context().newCDPSession(page),
    async tell(...command) {
      service.send(command);
      return nextMessage(service);
    },
    async close() {
      await browser.close();
      service.disconnect();
    },
  };
}

async function nextMessage(service: ChildProcess): Promise<unknown> {
  const [message] = (await once(service, 'message')) as [unknown];
  return message;
}

/** Goes to a place of the page, within the same document. */
export async function goTo({ page }: Viewed, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#${place}`)}`);
}
