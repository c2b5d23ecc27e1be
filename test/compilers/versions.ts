import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A compiler: its version, as `5.0`, and its program. */
export interface Compiler {
  readonly version: string;
  readonly tsc: string;
}

/** All of them, the oldest first. */
export const COMPILERS: readonly Compiler[] = [...installedVersions().map(installedCompiler), ownCompiler()];

function installedVersions(): string[] {
  const { devDependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return Object.keys(devDependencies).map((name) => name.replace('typescript-', ''));
}

function installedCompiler(version: string): Compiler {
  return { version, tsc: here(`node_modules/typescript-${version}/bin/tsc`) };
}

function ownCompiler(): Compiler {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { version: version.split('.', 2).join('.'), tsc: join(dirname(manifest), 'bin/tsc') };
}
