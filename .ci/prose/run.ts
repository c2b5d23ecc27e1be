import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RULES, type Place } from './rules.js';
import { commentSentences, pageSentences, testTitles, type Sentence } from './texts.js';

/*
 * Finds sentences in docs, comments and titles of tests that break the rules of rules.ts.
 *
 *   npm run prose                            all pages and sources
 *   npm run prose -- src/model README.md     only paths that begin so
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Files to check. Excludes the API reference, which is generated from docstrings. */
const CHECKED = /^(?:src|bench|examples|console|docs|test|\.ci|[^/]+\.md$)(?!\/api\/)/;

const wanted = process.argv.slice(2);
let found = 0;

/** The files that git has or would add. */
function files(): string[] {
  const { stdout } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return stdout
    .split('\n')
    .filter((file) => CHECKED.test(file) && (wanted.length === 0 || wanted.some((path) => file.startsWith(path))));
}

function check(file: string, sentences: readonly Sentence[], place: Place): void {
  const rules = RULES.filter((rule) => rule.in?.includes(place) ?? true);
  for (const { line, text } of sentences) {
    for (const { name, pattern, advice } of rules) {
      if (!pattern.test(text)) continue;
      console.log(`${file}:${line}: ${name}: ${advice}\n    ${text}`);
      found++;
    }
  }
}

for (const file of files()) {
  const read = () => readFileSync(ROOT + file, 'utf8');
  if (/\.(?:[cm]?[jt]s|tsx)$/.test(file)) check(file, commentSentences(read()), 'comment');
  if (/^(?:console\/)?test\/.*\.[cm]?[jt]s$/.test(file)) check(file, testTitles(read()), 'title');
  if (file.endsWith('.md')) check(file, pageSentences(read()), 'page');
}

console.log(`${found} sentences to rewrite`);
if (found > 0) process.exitCode = 1;
