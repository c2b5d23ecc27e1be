import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const ROOT_URL = pathToFileURL(ROOT).href;

/** A package whose coverage is measured. */
export interface CoveredPackage {
  /** Folder of the package from the root of the repository; empty, or with a slash at its end. */
  readonly home: string;
  /** Script that runs its tests. */
  readonly tests: string;
  /** Minimum line coverage in percent. */
  readonly bound: number;
  /** Folder of the report, and of `raw/` with the coverage of each process. */
  readonly reports: string;
  /** URL of a copy of the package that a test has installed. */
  readonly installed: RegExp;
  /** Projects of the compiler, from the root, and the folders of their output. */
  readonly builds: readonly { readonly project: string; readonly dist: string }[];
}

const PACKAGES: Readonly<Record<string, CoveredPackage>> = {
  cache: {
    home: '',
    tests: 'test:cache',
    bound: 97,
    reports: 'coverage',
    installed: /^file:\/\/.*\/node_modules\/otel-span-cache\//,
    builds: [
      { project: 'src', dist: 'dist/esm' },
      { project: 'src/tsconfig.cjs.json', dist: 'dist/cjs' },
    ],
  },
  console: {
    home: 'console/',
    tests: 'test:console',
    bound: 87,
    reports: 'coverage/console',
    installed: /^file:\/\/.*\/node_modules\/otel-span-cache-console\//,
    builds: [{ project: 'console/build', dist: 'console/dist' }],
  },
};

/** The package that the command line names; the cache if it names none. */
export function chosenPackage(args: readonly string[]): CoveredPackage {
  const [name = 'cache', ...others] = args.filter((arg) => arg !== '--report');
  const chosen = others.length === 0 && Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined;
  if (chosen === undefined)
    throw new TypeError(`the package must be one of ${Object.keys(PACKAGES).join(', ')}, got ${args.join(' ')}`);
  return chosen;
}
