/* Which tests have to notice a change of the core, and what counts as noticed. Paths are from the repository. */

const HERE = '.ci/mutation';

/** Those of the pipeline that take no seconds. */
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
];

export default {
  testRunner: 'mocha',
  // The sandbox holds TypeScript, which tsx compiles as it does in `npm test`.
  testRunnerNodeArgs: ['--import', 'tsx'],
  mochaOptions: {
    'no-config': true,
    extension: ['ts'],
    require: [`${HERE}/setup.ts`],
    spec: [
      'test/cache/{queue,reconcile,driver,intake,fanout}/**/*.test.ts',
      'test/model/merged-span.test.ts',
      'test/model/span-map.test.ts',
      ...SCENARIOS.map((name) => `test/scenarios/${name}.test.ts`),
    ],
    ignore: ['test/cache/driver/process.test.ts'],
    grep: '/^(?!A flood|A subscriber that does not read|Driver keeps up)/',
  },
  coverageAnalysis: 'perTest',
  // A mutant that is only slow on a busy machine must not count as found.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 10,
  concurrency: 2,
  incremental: true,
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  ignorePatterns: ['**', '!{src,test}/**/*.ts', `!${HERE}/setup.ts`, '!package.json', '!tsconfig.json', 'test/otel3/**'],
  tempDirName: `${HERE}/.run/sandbox`,
  // It would be rewritten by a TypeScript that has a JavaScript API. There is none.
  tsconfigFile: 'none',
};
