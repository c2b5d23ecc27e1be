import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DocPage, newProject } from '../../../test/doc-page.js';
import { cleanEnvironment } from '../../../test/environment.js';

const run = promisify(execFile);

/** The output of each program of the pages. */
const PRINTED: Readonly<Record<string, RegExp>> = {
  'serve.mjs': /^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}\n$/,
  'watched.mjs': /^false\n$/,
  'published.mjs': /^$/,
  'redacted.mjs': /^$/,
};

describe('The programs in the pages of the console', function () {
  this.timeout(90_000);

  const programs = new Map(
    ['README.md', 'docs/operators.md'].flatMap((path) => [...new DocPage(`console/${path}`).code()]),
  );
  let folder: string;
  before(() => (folder = newProject('console-docs', programs)));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are all run', () => {
    expect([...programs.keys()]).to.have.members(Object.keys(PRINTED));
  });

  for (const [name, printed] of Object.entries(PRINTED)) {
    it(`${name} serves a console, and ends by itself`, async () => {
      const env = {
        ...cleanEnvironment(),
        XDG_RUNTIME_DIR: folder,
        CONSOLE_TOKEN: '0123456789abcdef0123456789abcdef',
        CONSOLE_VIEW_TOKEN: 'fedcba9876543210fedcba9876543210',
      };

      const { stdout, stderr } = await run(process.execPath, [name], { cwd: folder, env });

      expect(stdout).to.match(printed);
      expect(stderr).to.equal('');
    });
  }
});
