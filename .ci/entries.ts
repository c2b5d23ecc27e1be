import { readFileSync } from 'node:fs';

/** The source of each entry in the package's `exports`, as its path from the repository. */
export function sourcesOfEntries(): string[] {
  return declarationsOfEntries().map((path) => `src/${path.replace(/\.d\.ts$/, '.ts')}`);
}

/** The declarations of each entry, as their path in a build. */
export function declarationsOfEntries(): string[] {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    exports: Record<string, string | { import: { types: string } }>;
  };
  return Object.values(exports)
    .filter((entry) => typeof entry === 'object')
    .map((entry) => entry.import.types.replace('./dist/esm/', ''));
}
