import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../../test/installed.js';
import { sourcesOfEntries } from '../entries.js';
import { argumentsOf } from '../script-arguments.js';

const USAGE = `Writes the API reference, docs/api, from the docstrings of all public entries. Fails if one has none.

  npm run docs:api               writes it
  npm run docs:api -- --check    fails if the reference is stale`;

/* TypeDoc needs a TypeScript with a JavaScript API, which is installed in this folder, separate from the compiler. */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const PAGES = join(ROOT, 'docs/api');

const { values } = argumentsOf(USAGE, { options: { check: { type: 'boolean' } } });
installLocked(HERE);
if (values.check) check();
else write(PAGES);

function write(folder: string): void {
  const typedoc = join(HERE, 'node_modules/typedoc/bin/typedoc');
  const entries = sourcesOfEntries().flatMap((source) => ['--entryPoints', join(ROOT, source)]);
  const args = [typedoc, '--options', join(HERE, 'typedoc.json'), '--out', folder, ...entries];
  execFileSync(process.execPath, args, { cwd: HERE, stdio: 'inherit' });
}

function check(): void {
  // Next to the pages, so that relative links are the same.
  const fresh = mkdtempSync(join(ROOT, 'docs/.run-'));
  try {
    write(fresh);
    const stale = [...new Set([...pagesIn(PAGES), ...pagesIn(fresh)])].filter(
      (page) => read(PAGES, page) !== read(fresh, page),
    );
    if (stale.length === 0) return;
    console.error(`stale pages: ${stale.join(', ')}. Write them again: npm run docs:api`);
    process.exitCode = 1;
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

function pagesIn(folder: string): string[] {
  return readdirSync(folder);
}

function read(folder: string, page: string): string | undefined {
  return pagesIn(folder).includes(page) ? readFileSync(join(folder, page), 'utf8') : undefined;
}
