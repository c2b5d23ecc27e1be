/* The folders of `src/` to mutate, and the test files that must detect the mutants: fast ones that start no process. */

/** Scenarios that run the whole pipeline. */
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
  'cache/store': [
    'test/cache/store/**/*.test.ts',
    ...['span-store', 'subscribers', 'handles', 'receive'].map((name) => `test/scenarios/${name}.test.ts`),
  ],
  'cache/sampling': [
    'test/cache/sampling/**/*.test.ts',
    'test/scenarios/sampling.test.ts',
    'test/scenarios/sampling.property.test.ts',
  ],
  trace: [
    'test/trace/text/*.test.ts',
    'test/trace/!(*.property).test.ts',
    'test/testing/delivered.test.ts',
    ...['log', 'no-span', 'span', 'trace'].map((name) => `test/testing/assert/assert-${name}.test.ts`),
    ...['captured-traces', 'trace-testing'].map((name) => `test/testing/capture/${name}.test.ts`),
    'test/testing/explain/describe-scope.test.ts',
    'test/testing/snapshot/trace-tree.test.ts',
    'test/format/**/*.test.ts',
    'test/scenarios/whole-traces.test.ts',
    // Slower, so after the tests that detect most mutants.
    'test/trace/*.property.test.ts',
  ],
  threads: ['test/threads/**/*.test.ts', 'test/scenarios/handles.test.ts', 'test/scenarios/receive.test.ts'],
};

/** Tests to skip, by the beginning of their names. */
export const LEFT_OUT = [
  // Slow.
  'A flood',
  'A subscriber that does not read',
  'Driver keeps up',
  'SamplingControl can end later',
  'SpanHistory with a bound in bytes releases long names',
  'formatTrace of very large values processes only',
  'formatTrace of malformed input never throws and never exceeds its width',
  'traceJson() is one line that can be parsed',
  'printTraces() draws a large trace in parts',
  'formatTrace never exceeds its width',
  'formatTrace of unusual spans formats 10,000 levels',
  'formatTrace() folds handles a chain of layers of any depth',
  'buildTraces with very many spans',
  'captureTrace() handles a chain of 20,000 spans',
  'traceTree of very many spans returns a text linear',
  'traceTree of very many spans handles 130,000 siblings',
  // Compares a file to which Stryker adds a comment.
  'textWidth matches the data',
  // Stryker runs modules in sloppy mode, in which assignments to frozen objects fail silently.
  'SamplingControl returns immutable settings',
  'FilterControl returns immutable settings',
];
