import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { MANIFEST, repositoryFields } from './repository.js';

/*
 * Adds the URLs of the repository to `package.json`, and to that of the console:
 *
 *   npm run repository -- https://github.com/…
 */

const CONSOLE = 'console';
const CONSOLE_MANIFEST = new URL(`../${CONSOLE}/package.json`, import.meta.url);

const [url] = process.argv.slice(2);
if (url?.startsWith('https://')) {
  const { repository, ...pages } = repositoryFields(url);
  add(MANIFEST, { repository, ...pages });
  if (existsSync(CONSOLE_MANIFEST))
    add(CONSOLE_MANIFEST, { repository: { ...repository, directory: CONSOLE }, ...pages });
} else {
  process.stderr.write('Pass the URL of the repository: npm run repository -- https://…\n');
  process.exitCode = 1;
}

function add(file: URL, fields: object): void {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, `${JSON.stringify({ ...manifest, ...fields }, undefined, 2)}\n`);
}
