import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryFields, type RepositoryFields } from '../../.ci/repository.js';
import { packageFiles, ROOT } from './installed-package.js';

describe('The repository', function () {
  this.timeout(60_000);

  function fieldsOf(folder: string): Partial<RepositoryFields> {
    const { repository, homepage, bugs } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as RepositoryFields;
    return { repository, homepage, bugs };
  }

  it('has one URL in package.json, or none', () => {
    const { repository, homepage, bugs } = fieldsOf(ROOT);

    const unknown = { repository: undefined, homepage: undefined, bugs: undefined };
    expect({ repository, homepage, bugs }).to.deep.equal(repository ? repositoryFields(repository.url) : unknown);
  });

  it('is mentioned nowhere else: links to it are relative', async () => {
    const { files } = await packageFiles();
    const texts = files.map(({ path }) => path).filter((path) => path !== 'package.json' && !path.startsWith('dist/'));

    const mentions = texts.filter((path) =>
      /https?:\/\/\S*\/otel-span-cache\b/.test(readFileSync(join(ROOT, path), 'utf8')),
    );

    expect(mentions).to.deep.equal([]);
  });

  for (const url of [
    'https://example.com/span-cache.git',
    'https://example.com/span-cache/',
    'git+https://example.com/span-cache.git',
  ]) {
    it(`has the same fields for ${url}`, () => {
      expect(repositoryFields(url)).to.deep.equal(repositoryFields('https://example.com/span-cache'));
    });
  }

  describe('when it is set', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'otel-span-cache-'));
      mkdirSync(join(folder, '.ci'));
      cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
      for (const file of ['repository.ts', 'set-repository.ts'])
        cpSync(join(ROOT, '.ci', file), join(folder, '.ci', file));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    function set(...args: string[]) {
      const script = join(folder, '.ci/set-repository.ts');
      return spawnSync(process.execPath, ['--import', 'tsx', script, ...args], { cwd: ROOT, encoding: 'utf8' });
    }

    it('is written into package.json, which is otherwise unchanged', () => {
      const before = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;

      const { status } = set('https://example.com/span-cache');

      const fields = repositoryFields('https://example.com/span-cache');
      expect(status).to.equal(0);
      expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).to.deep.equal({ ...before, ...fields });
      expect(fields).to.deep.equal({
        repository: { type: 'git', url: 'git+https://example.com/span-cache.git' },
        homepage: 'https://example.com/span-cache#readme',
        bugs: { url: 'https://example.com/span-cache/issues' },
      });
    });

    it('is requested in one line if the URL is missing', () => {
      const { status, stderr } = set();

      expect(status).to.equal(1);
      expect(stderr).to.equal('Pass the URL of the repository: npm run repository -- https://…\n');
    });
  });
});
