import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DocPage, namesIn, ROOT } from '../../../test/doc-page.js';
import { brokenLinks } from '../../../test/links.js';
import { COMMANDS } from '../../src/cli/command-line.js';
import { parseCommand } from '../../src/cli/parse.js';
import { resolveOptions } from '../../src/options.js';

const DOCS = readdirSync(join(ROOT, 'console/docs')).filter((name) => name.endsWith('.md'));
const PAGES = ['README.md', ...DOCS.map((name) => `docs/${name}`)];
const README = new DocPage('console/README.md');

/** The arguments of each call of the command line that a page shows. */
function callsIn(page: DocPage): string[][] {
  return page
    .blocks('sh')
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /npx otel-span-cache-console (.+)$/.exec(line)?.[1] ?? [])
    .map((call) => [...call.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!));
}

describe('The pages of the console', () => {
  for (const path of PAGES) {
    const page = new DocPage(`console/${path}`);

    it(`${path} has links that lead somewhere`, () => {
      expect(brokenLinks(join(ROOT, 'console'), path)).to.deep.equal([]);
    });

    it(`${path} shows commands and options that there are`, () => {
      for (const [name, ...args] of callsIn(page)) {
        const command = COMMANDS.find((each) => each.name === name);
        expect(command, name).to.not.equal(undefined);
        expect(() => parseCommand(command!, args), [name, ...args].join(' ')).to.not.throw();
      }
    });
  }

  it('are looked at by a test that finds calls', () => {
    expect(callsIn(README).length).to.be.greaterThan(4);
  });

  describe('README.md', () => {
    it('lists the commands', () => {
      const names = namesIn(README.tableAfter('## Commands')).map((call) => call.split(' ')[0]);

      expect(names).to.have.members(COMMANDS.map(({ name }) => name));
    });

    it('lists the options, with their defaults', () => {
      const rows = README.tableAfter('## Options');
      const defaults = resolveOptions() as Record<string, unknown>;

      expect(namesIn(rows)).to.have.members(Object.keys(defaults));
      for (const [name, shown] of rows) {
        const value = defaults[name!.replaceAll('`', '')];
        const written = /^`(.*)`$/.exec(shown!)?.[1];
        const expected = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
        expect(written, name).to.equal(expected);
      }
    });
  });
});
