import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core';
import { cleanEnvironment } from '../../../test/environment.js';
import { eventually } from '../http/served.js';

/* A real browser before a real service. Chromium of the system is used, or the one that `CHROMIUM` names. */

const SHOP = fileURLToPath(new URL('fixtures/shop.mjs', import.meta.url));
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** A name that leads to this machine, as one that a foreign server has rebound does. */
const ARGUMENTS = ['--no-sandbox', '--host-resolver-rules=MAP rebound.test 127.0.0.1'];
/** Long enough for every condition, on a busy machine too. */
const PATIENCE_MILLIS = 60_000;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export const TOKEN = 'page-0123456789abcdefghijklmnopqrstuvwxyz';
export const SCREENS = ['traces', 'stacks', 'time', 'errors', 'logs', 'open'] as const;

/** A text of each screen of a busy service. */
export const SHOWN: Readonly<Record<(typeof SCREENS)[number], RegExp>> = {
  traces: /GET \/products/,
  stacks: /load order lines/,
  time: /p95/,
  errors: /PaymentError/,
  logs: /stock reserved/,
  open: /job: reindex products/,
};

/** The sentence of each screen of an empty service. */
export const NOTHING: Readonly<Record<(typeof SCREENS)[number], RegExp>> = {
  traces: /No trace has finished/,
  stacks: /No span has ended/,
  time: /No span has ended/,
  errors: /No errors/,
  logs: /No log lines/,
  open: /No span is open/,
};

export interface Shop {
  readonly url: string;
  readonly port: number;
  /** Sends a command of the fixture. */
  tell(command: string, ...args: unknown[]): void;
  /** An answer of its console. */
  ask<Answer>(path: string): Promise<Answer>;
  /** Blocks its event loop until the function is called. */
  block(): () => void;
  stop(): Promise<void>;
}

export type Mode = 'busy' | 'empty' | 'hostile' | 'large' | 'full';

const cleanups: (() => Promise<unknown> | void)[] = [];
let browser: Browser | undefined;
let gates = 0;

/** Ends something after the test, before the things that were started earlier. */
export function onCleanUp(clean: () => Promise<unknown> | void): void {
  cleanups.push(clean);
}

/** Ends everything that was started in a test. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

export async function startShop(mode: Mode, port = 0): Promise<Shop> {
  const home = mkdtempSync(join(tmpdir(), 'otel-span-cache-page-'));
  const child = spawn(process.execPath, [SHOP, mode], {
    env: { ...cleanEnvironment(), XDG_RUNTIME_DIR: home, HOME: home, TOKEN, PORT: String(port) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const stop = () => stopped(child);
  cleanups.push(async () => {
    await stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the shop has ended before it served its console');
  });
  const [url] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  ended.catch(() => {});
  const tell: Shop['tell'] = (...command) => void child.stdin.write(`${JSON.stringify(command)}\n`);
  return {
    url,
    port: Number(new URL(url).port),
    stop,
    tell,
    async ask<Answer>(path: string) {
      const headers = { authorization: `Bearer ${TOKEN}`, connection: 'close' };
      const response = await fetch(new URL(`/api/v1/${path}`, url), { headers });
      return (await response.json()) as Answer;
    },
    block() {
      const gate = join(home, `gate-${gates++}`);
      const open = () => writeFileSync(gate, '');
      cleanups.push(open);
      tell('block', gate);
      return open;
    },
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.stdin?.end();
  await exit;
}

export interface OpenedPage {
  readonly page: Page;
  /** Errors of the page: exceptions, and what the browser refused. */
  readonly faults: string[];
}

export interface PageOptions {
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

export async function openPage(
  url: string,
  { dark = false, width = 1_280, height = 760 }: PageOptions = {},
): Promise<OpenedPage> {
  const context = await newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MILLIS);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // The browser reports each answer that is no success: the page has dealt with those.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}

async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  const context = await browser.newContext(options);
  cleanups.push(() => context.close());
  return context;
}

/**
 * Several pages of one user: they share the connections to a host, of which a browser has six.
 *
 * @param visible `all`: each in a window of its own. `last`: tabs of one window, of which the last is in front.
 */
export async function openTabs(
  url: string,
  count: number,
  { visible }: { readonly visible: 'all' | 'last' },
): Promise<Page[]> {
  const context = visible === 'all' ? await newContext() : await realWindow();
  const pages: Page[] = [];
  for (let i = 0; i < count; i++) {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MILLIS);
    await page.goto(url);
    pages.push(page);
  }
  return pages;
}

/** A window whose tabs hide each other. Otherwise playwright has every page believe that it is in front. */
async function realWindow(): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'otel-span-cache-profile-'));
  const child = spawn(CHROMIUM, [
    ...ARGUMENTS,
    '--headless',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--no-first-run',
    'about:blank',
  ]);
  const exit = once(child, 'exit');
  cleanups.push(async () => {
    child.kill();
    await exit;
    await eventually(() => isRemoved(profile), 'the removed profile of a browser');
  });
  const own = await chromium.connectOverCDP(await endpointOf(child), { noDefaults: true });
  return own.contexts()[0]!;
}

/** Other processes of the browser write for a moment after its end. `maxRetries` would not remove new files. */
function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

async function endpointOf({ stderr }: ChildProcess): Promise<string> {
  for await (const line of createInterface(stderr!)) {
    const endpoint = /^DevTools listening on (ws:.*)$/.exec(line)?.[1];
    if (endpoint === undefined) continue;
    stderr!.resume();
    return endpoint;
  }
  throw new Error('Chromium has ended before it listened');
}

export interface ForeignPage {
  readonly page: Page;
  /** Statuses of the answers to its requests, also of answers that it may not read. */
  readonly statuses: readonly number[];
}

/** A page of another server. */
export async function foreignPage(): Promise<ForeignPage> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    // With an icon of its own, because Chromium requests one from the server at some time after the page.
    response.end('<!doctype html><title>foreign</title><link rel="icon" href="data:,">');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => void server.close());
  const page = await (await newContext()).newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const statuses: number[] = [];
  const session = await page.context().newCDPSession(page);
  session.on('Network.responseReceivedExtraInfo', ({ statusCode }) => statuses.push(statusCode));
  await session.send('Network.enable');
  return { page, statuses };
}

export async function goTo(page: Page, place: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#${place}`);
}

/**
 * The findings of axe on a page, as text. It runs in an isolated world, because the page's policy admits no other
 * script.
 */
export async function axeFindings(page: Page): Promise<string[]> {
  const { readFileSync } = await import('node:fs');
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  await session.send('Runtime.evaluate', {
    contextId: executionContextId,
    expression: readFileSync(AXE, 'utf8'),
  });
  const { result } = await session.send('Runtime.evaluate', {
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
    expression: `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`,
  });
  return result.value as string[];
}

/** Presses a key until something is shown. */
export async function pressUntil(page: Page, key: string, shown: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press(key);
    const isShown = await shown
      .first()
      .waitFor({ timeout: 1_000 })
      .then(
        () => true,
        () => false,
      );
    if (isShown) return;
  }
  await shown.first().waitFor();
}
