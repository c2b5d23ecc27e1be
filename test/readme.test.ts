import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DocPage, ROOT } from './doc-page.js';
import { brokenLinks } from './links.js';

const README = new DocPage('README.md');

/** Lines of a first screen, and of a page that is read in one go. */
const FIRST_SCREEN = 25;
const LONGEST = 240;

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('README', () => {
  it('has the two commands of a clone on its first screen', () => {
    const screen = README.text.split('\n').slice(0, FIRST_SCREEN);

    for (const command of ['npm ci && npm start', 'npm ci && npm test']) {
      expect(screen.filter((line) => line.startsWith(`${command} `) && line.includes('# '))).to.have.length(1);
    }
  });

  it('is short', () => {
    expect(README.text.split('\n').length).to.be.below(LONGEST);
  });

  it('shows a terminal of at most 100 columns', () => {
    for (const terminal of README.blocks('text')) {
      for (const line of terminal.split('\n')) expect(line.length, line).to.be.at.most(100);
    }
  });

  it('keeps an existing export in its only set-up, and warns there', () => {
    const setUps = [...README.code()].filter(([, code]) => code.includes('new NodeSDK('));

    expect(setUps.map(([name]) => name)).to.deep.equal(['telemetry.mjs']);
    expect(setUps[0]![1]).to.match(/\/\/ WARNING: `spanProcessors` replaces[^\n]*\n.*\n *new BatchSpanProcessor\(/);
  });

  it('shows uses of at most a dozen lines', () => {
    for (const name of USES) expect(README.code().get(name)!.trim().split('\n').length, name).to.be.at.most(12);
  });

  describe('costs', () => {
    const measured = new DocPage('docs/performance.md').tableAfter('<!-- generated: ratios -->');
    const written = README.tableAfter('| Cost |').map((row) => row.at(-1)!);

    // Each row by its command and its texts in docs/performance.md.
    const ROWS: readonly RegExp[] = [
      /^`onend-sync` \| `onEnd` alone/,
      /^`onend-delivered` \| `onEnd`, driver and delivery to one callback, above/,
      /^`whole-span` \| whole span: started, ended, delivered to one callback/,
      /^`http` \| HTTP service at full load, requests per second \| `BatchSpanProcessor`/,
      /^`store-bytes` \| memory of a span with four attributes/,
    ];

    it('are the ratios of docs/performance.md', () => {
      const ratios = ROWS.map((row) => {
        const cells = measured.find((candidate) => row.test(candidate.join(' | ')))!;
        const medians = cells.flatMap((cell) => [...cell.matchAll(/\*\*([\d.]+)\*\*/g)].map(([, median]) => median!));
        const ascending = medians.toSorted((a, b) => Number(a) - Number(b));
        return `${ascending[0]}–${ascending.at(-1)}`;
      });

      expect(written).to.deep.equal(ratios);
    });
  });
});

const USES = ['watch.mjs', 'export.mjs', 'record-more.mjs'];

describe('Documentation', () => {
  // The API reference is generated.
  const guides = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const files = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...guides.map((name) => `docs/${name}`)];

  it('has an index of all of it', () => {
    for (const name of guides.filter((guide) => guide !== 'README.md')) {
      // The design notes are not in the package, where a link to them would be dead.
      const mention = name === 'design-notes.md' ? `\`docs/${name}\`` : `](${name})`;
      expect(readText('docs/README.md')).to.include(mention);
    }
    expect(readText('docs/README.md')).to.include('](api/README.md)');
  });

  for (const file of files) {
    describe(file, () => {
      it('links to existing files and headings', () => {
        expect(brokenLinks(ROOT, file)).to.deep.equal([]);
      });

      it('names existing folders and files', () => {
        const paths = [...readText(file).matchAll(/`((?:src|test|bench|examples|docs|\.ci)\/[\w./-]*)`/g)];
        for (const [, path] of paths) expect(existsSync(join(ROOT, path!)), `${file} names ${path}`).to.equal(true);
      });

      it('uses existing npm scripts', () => {
        const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
        const code = [...readText(file).matchAll(/```.*?```|`[^`\n]+`/gs)].map(([text]) => text).join('\n');
        const used = [...code.matchAll(/\bnpm (?:run )?(\w[\w:-]*)/g)].map(([, name]) => name!);
        for (const name of used) {
          if (['ci', 'install', 'ls', 'pack'].includes(name)) continue;
          expect(scripts, `${file} uses npm ${name}`).to.have.property(name);
        }
      });
    });
  }
});
