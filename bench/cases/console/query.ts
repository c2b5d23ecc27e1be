import { ConsoleApi } from '../../../console/src/api/console-api.js';
import type { HostControl } from '../../../console/src/engine/contract.js';
import type { Engine } from '../../../console/src/engine/engine.js';
import type { Measured } from '../../case.js';
import { againstAim } from './aim.js';
import { fullWorker, PackedOrders } from './worker-side.js';

const TYPICAL_AIM_MILLIS = 60;
const ANY_AIM_MILLIS = 200;

const TYPICAL = [
  'status = error',
  'http.route = "/orders/:id"',
  'http.response.status_code >= 500',
  'duration > 200ms',
  'db.system.name = postgresql and duration > 1s',
  'root.duration > 200ms and count(db.system.name = postgresql) > 10',
  'declined',
];

const WINDOW = '1h';

/** The most expensive requests of each kind. */
const REQUESTS: readonly ((api: ConsoleApi) => unknown)[] = [
  (api) => api.traces({ query: 'db.query.text ~ "line = [12]$"', sort: 'slowest', window: WINDOW }),
  (api) => api.traces({ query: 'ancestor(http.route = "/nowhere") or self > 10s', window: WINDOW }),
  (api) => api.traces({ query: 'nowhere or "not there" or missing', window: WINDOW }),
  (api) => api.stacks({ window: WINDOW }),
  (api) => api.stacks({ split: 'user.id', window: WINDOW }),
  (api) => api.time({ query: 'kind = client', window: WINDOW }),
  (api) => api.slow({ query: 'kind = server', window: WINDOW }),
  (api) => api.logs({ query: 'nowhere', window: WINDOW }),
  (api) => api.errors({ query: 'nowhere', window: WINDOW }),
];

/** Measured before the first that counts, because code that is not compiled yet is slower. */
const WARM_UP_ROUNDS = 3;
const MIN_ROUNDS = 3;

export async function measure(millis: number): Promise<Measured> {
  const { engine } = await fullWorker(new PackedOrders());
  // The evaluation is not cut off.
  const patient = apiOf(engine, () => 0);
  const hurried = apiOf(engine, () => performance.now());
  const typical: number[] = [];
  const any: number[] = [];
  const ours: number[] = [];
  const byHand: number[] = [];
  const begun = performance.now();
  for (let round = 0; round < WARM_UP_ROUNDS + MIN_ROUNDS || performance.now() - begun < millis; round++) {
    const queries = TYPICAL.map((query) => cpuOf(() => patient.traces({ query, window: WINDOW })));
    const requests = REQUESTS.map((request) => cpuOf(() => request(hurried)));
    const loop = cpuOf(() => serverErrors(engine));
    if (round < WARM_UP_ROUNDS) continue;
    typical.push(Math.max(...queries));
    any.push(Math.max(...queries, ...requests));
    ours.push(queries[2]!);
    byHand.push(loop);
  }
  return {
    samples: {
      'console-query': againstAim(typical, TYPICAL_AIM_MILLIS),
      'console-query-any': againstAim(any, ANY_AIM_MILLIS),
      'console-query-by-hand': { ours, theirs: byHand },
    },
  };
}

function cpuOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function serverErrors({ history }: Engine): number {
  let found = 0;
  for (const { spans } of history.newestFirst()) {
    if (spans.some(({ attributes }) => Number(attributes['http.response.status_code']) >= 500)) found++;
  }
  return found;
}

function apiOf(engine: Engine, elapsed: () => number): ConsoleApi {
  return new ConsoleApi({
    engine,
    host: HOST,
    epoch: { id: 'bench', startedAt: Date.now(), versions: { console: '', cache: '', node: '' } },
    clock: { now: () => Date.now(), elapsed },
  });
}

const refuse = async () => {
  throw new Error('nobody changes settings here');
};

const HOST: HostControl = {
  openSpans: async () => ({ tracked: false, at: Date.now(), spans: [] }),
  cacheStats: () => undefined,
  settings: () => ({
    sampling: { enabled: true, ratio: 1, until: null },
    filter: { minSeverity: 0, scopes: { include: [], exclude: [] }, until: null, after: null },
  }),
  setSampling: refuse,
  setFilter: refuse,
  loop: () => ({ delayMillis: 0, blockedMillis: null }),
  losses: () => ({
    feed: 0,
    worker: 0,
    unreadable: 0,
    joined: 0,
    refused: { requestSpans: 0, requests: 0, batches: 0, batchSpans: 0 },
    logs: 0,
  }),
  processes: () => [],
  restarts: () => ({ count: 0, historyLostAt: null }),
};
