import { readFileSync, writeFileSync } from 'node:fs';
import { MANIFEST, repositoryFields } from './repository.js';

/*
 * Writes into `package.json` where the repository is, which it otherwise leaves out:
 *
 *   npm run repository -- https://github.com/…
 */

const [url] = process.argv.slice(2);
if (url?.startsWith('https://')) {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as object;
  writeFileSync(MANIFEST, `${JSON.stringify({ ...manifest, ...repositoryFields(url) }, undefined, 2)}\n`);
} else {
  process.stderr.write('name the URL of the repository: npm run repository -- https://…\n');
  process.exitCode = 1;
}
