import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { argumentsOf } from '../script-arguments.js';
import { messagesIn } from './messages-in.js';

const USAGE = `Lists every text of src/ that a user may read: errors, warnings, failure reports, printed lines. The list is
checked in, so that a review shows each change of words.

  npm run messages               writes messages.txt
  npm run messages -- --check    fails if the list is stale`;

const { values } = argumentsOf(USAGE, { options: { check: { type: 'boolean' } } });

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const LIST = fileURLToPath(new URL('messages.txt', import.meta.url));

const sections = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.c?ts$/.test(file))
  .toSorted()
  .map((file) => ({ file, messages: messagesIn(readFileSync(SRC + file, 'utf8')) }))
  .filter(({ messages }) => messages.length > 0)
  .map(({ file, messages }) => [`src/${file}`, ...new Set(messages.map(listed))].join('\n'));
const list = `${sections.join('\n\n')}\n`;

if (!values.check) writeFileSync(LIST, list);
else if (readFileSync(LIST, 'utf8') !== list) {
  console.error('.ci/messages/messages.txt is stale. Write it again: npm run messages');
  process.exitCode = 1;
}

/** One line, in which line breaks and blanks at either end are visible. */
function listed(message: string): string {
  const line = message.replaceAll('\n', '\\n');
  return `  ${line.trim() === line ? line : JSON.stringify(line)}`;
}
