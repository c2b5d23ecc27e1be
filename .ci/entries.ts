import { readFileSync } from 'node:fs';

/** The path of the source of each entry in the package's `exports`, relative to the repository. */
export function sourcesOfEntries(): string[] {
  return declarationsOfEntries().map((path) => `src/${path.replace(/\.d\.ts$/, '.ts')}`);
}

/** The path of the declarations of each entry, relative to a build. */
export function declarationsOfEntries(): string[] {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    exports: Record<string, string | { import: { types: string } }>;
  };
  return Object.values(exports)
    .filter((entry) => typeof entry === 'object')
    .map((entry) => entry.import.types.replace('./dist/esm/', ''));
}
