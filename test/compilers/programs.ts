import { typesOf, type Program } from './projects.js';

const NODENEXT = { module: 'nodenext' };
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' };
/** `dom` is there for the `console` that the declarations of the OpenTelemetry API mention. */
const OLDEST_LIB = { lib: ['es2020', 'dom'], skipDefaultLibCheck: true };
const NEWER_LIB = { lib: ['es2022', 'dom'], skipDefaultLibCheck: true };

const program = { project: 'plain', source: 'test/compilers/consumer/program.ts' };

/** Each entry of the package, in each kind of module, with the least `lib` that there is for it. */
export const PLAIN: readonly Program[] = [
  { ...program, file: 'program.mts', options: { ...NODENEXT, ...OLDEST_LIB } },
  { ...program, file: 'program.cts', options: { module: 'node16', ...OLDEST_LIB } },
  { ...program, file: 'bundled.ts', options: { ...BUNDLER, ...OLDEST_LIB } },
];

/** `using`, without a `lib` for it, and with. */
export const DISPOSING: readonly Program[] = [
  ['es2020', 'dom'],
  ['es2022', 'esnext.disposable', 'dom'],
].map((lib, i) => ({
  project: 'plain',
  source: 'test/compilers/consumer/disposing.ts',
  file: `disposing-${i}.mts`,
  options: { ...NODENEXT, lib },
}));

const VITESTS = ['vitest3', 'vitest', 'vitest5'];
const JEST = 'test/testing/runners/jest/node_modules';

/**
 * Programs with the types that the package adds to runners. Some declarations of the runners themselves fail in older
 * compilers.
 */
export const RUNNERS: readonly Program[] = [
  ...VITESTS.map((runner) => ({
    project: runner,
    source: typesOf(runner),
    file: 'types.mts',
    options: { ...NODENEXT, ...NEWER_LIB },
    packages: { vitest: `test/testing/runners/${runner}/node_modules/vitest` },
  })),
  {
    project: 'jest',
    source: typesOf('jest'),
    file: 'types.mts',
    options: { ...NODENEXT, ...NEWER_LIB, types: ['jest'] },
    packages: { expect: `${JEST}/expect`, '@types/jest': `${JEST}/@types/jest` },
  },
  {
    project: 'mocha',
    source: 'test/package/consumer/augmented.ts',
    file: 'augmented.mts',
    options: { ...NODENEXT, ...NEWER_LIB, types: ['mocha', 'node'] },
  },
];
