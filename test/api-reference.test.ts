import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import * as api from '../src/index.js';
import * as testing from '../src/testing/index.js';

/* Properties that a reader can rely on. `npm run docs:api -- --check` compares the pages with the docstrings. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as { exports: Record<string, unknown> };

/** `otel-span-cache/testing` and so on. */
const ENTRIES = Object.keys(exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => `otel-span-cache${path.slice(1)}`);

function pageOf(entry: string): string {
  return readFileSync(`${ROOT}/docs/api/${entry.replaceAll('/', '.')}.md`, 'utf8');
}

/** The sections of a page, by the name that each is about. */
function sections(page: string): Map<string, string> {
  return new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((text) => [/^\w+/.exec(text)![0], text]),
  );
}

describe('The API reference', () => {
  it('has a page for each entry of the package, and no other', () => {
    const pages = ENTRIES.map((entry) => `${entry.replaceAll('/', '.')}.md`);

    expect(readdirSync(`${ROOT}/docs/api`)).to.have.members(['README.md', ...pages]);
  });

  it('lists these pages, the cache first', () => {
    const listed = [...readFileSync(`${ROOT}/docs/api/README.md`, 'utf8').matchAll(/^- \[(.+?)\]/gm)];

    expect(listed.map(([, name]) => name)).to.deep.equal(ENTRIES);
  });

  for (const [entry, names] of Object.entries({ 'otel-span-cache': api, 'otel-span-cache/testing': testing })) {
    it(`describes every export of ${entry}`, () => {
      expect([...sections(pageOf(entry)).keys()]).to.include.members(Object.keys(names));
    });
  }

  it('describes inherited members only where they are declared', () => {
    const pages = ENTRIES.map(pageOf);

    expect(pages.join('\n').match(/^##### \\\[dispose\\\]\(\)$/gm)).to.have.length(1);
    expect(sections(pages[0]!).get('ReadableSpan')).to.include('`startTime`');
    expect(sections(pages[0]!).get('DeliveredSpan')).to.include('`revision?`').and.not.include('`startTime`');
  });

  it('gives the default of every option', () => {
    const silent = ENTRIES.flatMap((entry) => [...sections(pageOf(entry))])
      .filter(([name]) => name.endsWith('Options'))
      .flatMap(([name, text]) =>
        [...text.matchAll(/^\| <a .*?<\/a> (.+?) \|.*\|$/gm)].map(([row, option]) => ({ name, row, option })),
      )
      .filter(({ row }) => !/\bdefault\b|left out/i.test(row))
      .map(({ name, option }) => `${name}.${option}`);

    expect(silent).to.deep.equal([]);
  });
});
