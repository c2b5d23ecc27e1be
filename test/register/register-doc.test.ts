import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { cacheOptions } from '../../src/cache/options.js';
import { VARIABLES } from '../../src/register/environment.js';

const PAGE = readFileSync(new URL('../../docs/register.md', import.meta.url), 'utf8');

/** The rows of the table of variables, without backticks. */
function variables(): string[][] {
  const [table] = /^\| Variable .*(?:\n\|.*)*/m.exec(PAGE)!;
  const [, , ...rows] = table.split('\n');
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}

describe('docs/register.md', () => {
  it('lists exactly the variables, each with its option', () => {
    const listed = variables().map(([variable, option]) => `${variable} ${option}`);

    const ofCache = Object.keys(cacheOptions());
    const known = [...VARIABLES].map(
      ([variable, { option }]) => `${variable} ${ofCache.includes(option) ? option : ''}`,
    );
    expect(listed).to.have.members(known);
  });
});
