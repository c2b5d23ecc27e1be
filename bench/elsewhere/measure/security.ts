import { setTimeout as delay } from 'node:timers/promises';
import type { Client, Console } from '../consoles/console.js';
import { CONTENT_TYPES, type Encoding } from '../load/encoding.js';
import { SPAN_KEY } from '../load/orders.js';
import { Sender } from '../load/sender.js';
import { Template } from '../load/template.js';
import { ask, type Answer, type Ask } from '../process/ask.js';
import { listening } from '../process/proc.js';
import { withConsole, type Running } from '../process/running.js';
import { eachConsole, SHOWN_MILLIS, type Measure } from './measure.js';

/** An address for documentation, so that nobody looks up a name. */
const OTHER_SITE = 'http://198.51.100.7';
const OTHER_PORT = 'http://localhost:3000';
/** A name that an attacker's server resolves to loopback. */
const REBOUND = 'rebound.example';

interface Outcomes {
  readonly listens: string;
  readonly outside: string;
  readonly 'no-token': string;
  readonly 'foreign-read': string;
  readonly 'port-read': string;
  readonly 'rebinding-read': string;
  readonly 'foreign-clear': string;
  readonly 'foreign-ingest': string;
}

export const measureSecurity: Measure = async ({ consoles, node }) => {
  const outcomes = await eachConsole(consoles, async (console: Console) => withConsole(console, node, probed));
  const row = async (id: keyof Outcomes) => eachConsole(consoles, (console) => outcomes[console.id][id]);
  return {
    listens: await row('listens'),
    outside: await row('outside'),
    'no-token': await row('no-token'),
    'foreign-read': await row('foreign-read'),
    'port-read': await row('port-read'),
    'rebinding-read': await row('rebinding-read'),
    'foreign-clear': await row('foreign-clear'),
    'foreign-ingest': await row('foreign-ingest'),
  };
};

async function probed({ client, pid, outside }: Running): Promise<Outcomes> {
  const { reads } = client;
  await sendSome(client);
  return {
    listens: [...new Set(listening(pid).map(({ scope }) => scope))].join(', '),
    'no-token': await readOutcome(reads, {}),
    'foreign-read': await readOutcome(reads, { origin: OTHER_SITE, 'sec-fetch-site': 'cross-site' }),
    'port-read': await readOutcome(reads, { origin: OTHER_PORT, 'sec-fetch-site': 'same-site' }),
    'rebinding-read': await readOutcome(reads, { host: REBOUND, 'sec-fetch-site': 'same-origin' }),
    'foreign-ingest': await ingestOutcome(client),
    'foreign-clear': await clearOutcome(client),
    // After the others, which gave it occasion.
    outside: outside.hosts.size === 0 ? 'none seen' : [...outside.hosts].map((host) => `\`${host}\``).join(', '),
  };
}

async function sendSome(client: Client): Promise<void> {
  const [encoding] = Object.keys(client.receivers) as [Encoding];
  const sender = new Sender(client.receivers[encoding]!, encoding);
  await sender.send(1_000);
  sender.close();
  await delay(SHOWN_MILLIS);
}

/** Whether one of the requests gives the spans away. If not, the statuses of all answers. */
async function readOutcome(reads: readonly Ask[], headers: Readonly<Record<string, string>>): Promise<string> {
  const seen: string[] = [];
  for (const read of reads) {
    const answer = await ask({ ...read, headers: { ...read.headers, ...headers } });
    if (answer.status === 101) return 'yes';
    if (!hasSpans(answer)) seen.push(String(answer.status));
    else if (headers['origin'] === undefined || allowsOrigin(answer, headers['origin'])) return 'yes';
    else seen.push(`${answer.status} without CORS header`);
  }
  return `no (${[...new Set(seen)].join(', ')})`;
}

/** Answers may be escaped JSON, and name the spans otherwise than they came. */
function hasSpans({ status, text }: Answer): boolean {
  return status === 200 && (text.includes(SPAN_KEY) || text.includes('GET /orders/:id'));
}

function allowsOrigin({ headers }: Answer, origin: string): boolean {
  const allowed = headers['access-control-allow-origin'];
  return allowed === '*' || allowed === origin;
}

/** Content types and methods that a browser sends to another site without asking it first. */
const SIMPLE_TYPES = new Set([undefined, 'text/plain']);
const SIMPLE_METHODS = new Set(['GET', 'HEAD', 'POST']);

/** Sends a request as a browser does for a page of another site. The status, or that of the preflight that forbids it. */
async function sentByPage(given: Ask): Promise<string> {
  const page = { origin: OTHER_SITE, 'sec-fetch-site': 'cross-site' };
  const type = given.headers?.['content-type'];
  if (!SIMPLE_METHODS.has(given.method) || !SIMPLE_TYPES.has(type)) {
    const wanted = {
      'access-control-request-method': given.method,
      ...(type !== undefined && { 'access-control-request-headers': 'content-type' }),
    };
    const preflight = await ask({ method: 'OPTIONS', url: given.url, headers: { ...page, ...wanted } });
    const methods = preflight.headers['access-control-allow-methods'] ?? '';
    const allowsMethod = SIMPLE_METHODS.has(given.method) || methods.includes(given.method) || methods.includes('*');
    const allowed = preflight.status < 300 && allowsOrigin(preflight, OTHER_SITE) && allowsMethod;
    if (!allowed) return `preflight ${preflight.status}`;
  }
  return String((await ask({ ...given, headers: { ...given.headers, ...page } })).status);
}

async function clearOutcome(client: Client): Promise<string> {
  const before = await client.kept();
  const statuses = [await sentByPage(client.clear)];
  if (client.clear.method === 'POST') {
    statuses.push(await sentByPage({ ...client.clear, headers: { 'content-type': 'text/plain' } }));
  }
  await delay(SHOWN_MILLIS);
  return (await client.kept()) < before ? 'yes' : `no (${[...new Set(statuses)].join(', ')})`;
}

async function ingestOutcome(client: Client): Promise<string> {
  const counter = await client.count();
  const statuses: string[] = [];
  for (const encoding of Object.keys(client.receivers) as Encoding[]) {
    // Sentry's SDKs in browsers say by this parameter what they send as plain text.
    const parameter = encoding === 'sentry' ? '?sentry_client=sentry.javascript.browser%2F10.31.0' : '';
    const url = `${client.receivers[encoding]}${parameter}`;
    for (const type of ['text/plain', CONTENT_TYPES[encoding]]) {
      const body = new Template(encoding).next();
      statuses.push(await sentByPage({ method: 'POST', url, headers: { 'content-type': type }, body }));
    }
  }
  await delay(SHOWN_MILLIS);
  const received = await counter.received();
  counter.close();
  return received > 0 ? 'yes' : `no (${[...new Set(statuses)].join(', ')})`;
}
