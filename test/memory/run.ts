import { startService, type Service } from '../scenarios/service.js';
import { BOUNDS, type Bound } from './bounds.js';
import { memoryInUse, Witness } from './heap.js';
import { LEFTOVERS, type Leftover } from './leftovers.js';
import { answered, SERVICES } from './services.js';

/*
 * Holds the memory against the cache's bounds, in a process of its own: `npm run test:memory`.
 *
 * First what a cache holds at its bounds, while far more than that goes through it; then what it still refers to
 * when its work is over; then whether services with large telemetry live in a small heap. The last lines read as
 * mocha's do.
 */

const started = performance.now();
const failed: string[] = [];

await warmUp();
console.log('\n  Memory held, in MiB                                                 allowed     most');
for (const bound of BOUNDS) {
  const most = await mostHeld(bound);
  row(bound.name, mebibytes(bound.allowedBytes), mebibytes(most), most <= bound.allowedBytes);
}
console.log('\n  Spans and log records still referred to                            expected      are');
for (const leftover of LEFTOVERS) {
  const alive = await leftAlive(leftover);
  row(leftover.name, String(leftover.kept), String(alive), alive === leftover.kept);
}
console.log('\n  Requests answered by a service in a heap of 512 MB                   expected      are');
for (const service of SERVICES) {
  const { name, requests } = service;
  const done = await answered(service);
  row(name, String(requests), String(done), done === requests);
}
console.log(`\n  ${BOUNDS.length + LEFTOVERS.length + SERVICES.length - failed.length} passing (${seconds(started)})`);
if (failed.length > 0) {
  console.log(`  ${failed.length} failing`);
  for (const name of failed) console.log(`  - ${name}`);
  process.exitCode = 1;
}

/** Runs once unmeasured, because the first use by V8 and the SDK allocates memory that stays. */
async function warmUp(): Promise<void> {
  const service = startService();
  service.cache.subscribe(() => {});
  for (let i = 0; i < 50_000; i++) {
    const span = service.start('job');
    service.log(span, 'x');
    span.end();
  }
  await service.cache.shutdown();
}

async function mostHeld({ options, drive }: Bound): Promise<number> {
  const before = await memoryInUse();
  const service = startService(options);
  let most = 0;
  await drive(service, async () => {
    most = Math.max(most, (await memoryInUse()) - before);
  });
  await service.cache.shutdown();
  return most;
}

async function leftAlive({ options, subscribe }: Leftover): Promise<number> {
  const { cache } = startService(options);
  const seen = new Witness();
  const service = startService(undefined, {
    spanProcessors: [cache.spanProcessor],
    logRecordProcessors: [cache.logRecordProcessor, witness((record) => seen.see(record))],
  });
  const end = subscribe(cache);
  await work(service, seen);
  await end();
  const alive = await seen.alive();
  // Until here both are alive: what they refer to counts.
  if (cache.stats().spans.delivered === 0 || typeof end !== 'function') throw new Error('nothing was delivered');
  return alive;
}

/** Spans with events on time and late, and spans that never end with events that wait for them. */
async function work({ start, log }: Service, seen: Witness): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    const [open, ended] = [start('open'), start('ended')];
    for (const span of [open, ended]) {
      seen.see(span);
      log(span, 'on time');
    }
    ended.end();
    if (i % 1_000 === 999) await new Promise((resolve) => setTimeout(resolve, 5));
    log(ended, 'late');
  }
}

function witness(onEmit: (record: object) => void) {
  return { onEmit, forceFlush: async () => {}, shutdown: async () => {} };
}

function row(name: string, allowed: string, actual: string, passed: boolean): void {
  if (!passed) failed.push(name);
  console.log(`  ${passed ? '✔' : '✘'} ${name.padEnd(64)} ${allowed.padStart(9)} ${actual.padStart(8)}`);
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function seconds(since: number): string {
  return `${Math.round((performance.now() - since) / 1_000)}s`;
}
