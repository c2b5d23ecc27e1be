/* Which folders of `src/` are changed, and which test files have to notice: those that need no process and no seconds. */

/** Of the whole pipeline. */
const SCENARIOS = [
  'identity',
  'parked-events',
  'open-spans',
  'duplicates',
  'event-fates',
  'late-events',
  'spans-alone',
  'span-store',
  'subscribers',
  'receive',
  'sampling',
  'event-bridge',
  'exporters',
  'bounds',
  'faults',
].map((name) => `test/scenarios/${name}.test.ts`);

const PIPELINE = [
  'test/cache/{queue,reconcile,driver,intake,fanout}/**/*.test.ts',
  'test/model/merged-span.test.ts',
  'test/model/span-map.test.ts',
  ...SCENARIOS,
];

export const FOLDERS = {
  'cache/queue': PIPELINE,
  'cache/reconcile': PIPELINE,
  'cache/driver': PIPELINE,
  'cache/intake': PIPELINE,
  'cache/fanout': PIPELINE,
  'cache/store': ['test/cache/store/**/*.test.ts', 'test/scenarios/span-store.test.ts'],
  'cache/sampling': ['test/cache/sampling/**/*.test.ts', 'test/scenarios/sampling.test.ts', 'test/scenarios/sampling.property.test.ts'],
  trace: ['test/trace/**/*.test.ts', 'test/format/**/*.test.ts'],
  threads: ['test/threads/**/*.test.ts'],
};

/** Tests that are left out, by how their names begin. */
export const LEFT_OUT = [
  // They take seconds.
  'A flood',
  'A subscriber that does not read',
  'Driver keeps up',
  'SamplingControl ends long after',
  'formatTrace of very large values works on no more',
  'formatTrace exceeds its width nowhere',
  'formatTrace of odd spans takes in 10,000 levels',
  'buildTraces with very many spans',
  // Stryker adds a comment to the file that it compares.
  'textWidth knows the data',
  // Modules are not strict where Stryker runs them: what is frozen takes an assignment in silence.
  'SamplingControl gives out settings that nobody can change',
];
