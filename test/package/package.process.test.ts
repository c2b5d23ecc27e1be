import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import * as sources from '../../src/index.js';
import { compile } from '../compile.js';
import { installPackage, node, ROOT, type InstalledPackage } from './installed-package.js';

describe('The packed package', function () {
  this.timeout(60_000);

  let installed: InstalledPackage;
  before(async () => {
    installed = await installPackage();
  });
  after(() => installed?.remove());

  describe('at run time', () => {
    const names = Object.keys(sources).toSorted();
    const expected = [{ name: 'work', events: ['done'] }];

    async function use(script: string): Promise<{ exports: string[]; spans: unknown }> {
      const printed = await node(installed.project, script);
      return JSON.parse(printed) as { exports: string[]; spans: unknown };
    }

    it('works when imported by an ES module', async () => {
      const { exports, spans } = await use('use.mjs');

      expect(exports).to.deep.equal(names);
      expect(spans).to.deep.equal(expected);
    });

    it('works when required by a CommonJS module, with the same names', async () => {
      const { exports, spans } = await use('use.cjs');

      expect(exports).to.deep.equal(names);
      expect(spans).to.deep.equal(expected);
    });
  });

  describe('when it throws', () => {
    for (const script of ['throws.mjs', 'throws.cjs']) {
      it(`names functions and files of the sources in the stack trace of ${script}`, async () => {
        const stack = await node(installed.project, script);

        const frames = [
          ...stack.matchAll(/ at (?:new )?(\S+) \(.*\/otel-span-cache\/(dist\/\w+\/(.+)\.js):(\d+):\d+\)/g),
        ];
        expect(frames, stack).to.not.be.empty;
        for (const [, name, , file] of frames) {
          expect(readFileSync(join(ROOT, `src/${file}.ts`), 'utf8')).to.include(name);
        }
        const [, , path, , line] = frames[0]!;
        const code = readFileSync(join(installed.path, path!), 'utf8').split('\n');
        expect(code[Number(line) - 1]).to.match(/^ +throw /);
      });
    }
  });

  describe('for worker threads', () => {
    for (const script of ['threads.mjs', 'threads.cjs']) {
      it(`combines the spans of threads by otel-span-cache/threads in ${script}`, async () => {
        expect(await node(installed.project, script)).to.equal('["work"] ended\n');
      });
    }
  });

  it('accepts a cache of the other build', async () => {
    expect(await node(installed.project, 'copies.mjs')).to.equal('{"wanted":[false,true],"lost":2,"closed":false}\n');
  });

  describe('for tests', () => {
    for (const script of ['testing.mjs', 'testing.cjs']) {
      it(`reads spans by otel-span-cache/testing in ${script}`, async () => {
        expect(await node(installed.project, script)).to.equal('["checkout","charge"] ["paid"]\n');
      });
    }
    it('has entries that can be required: for chai, jest and node:test', async () => {
      expect(await node(installed.project, 'faces.cjs')).to.equal('[true,true,1,"charges",true,1]\n');
    });

    it('has root hooks of mocha that can be required', async () => {
      const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');

      const printed = await node(installed.project, mocha, '--no-config', '--require', './hooks.cjs', 'mocha.spec.cjs');

      expect(printed).to.include('2 passing');
    });

    for (const script of ['remote.mjs', 'remote.cjs']) {
      it(`reads spans of other processes by otel-span-cache/testing/remote in ${script}`, async () => {
        expect(await node(installed.project, script)).to.equal('["checkout"]\n');
      });
    }
  });

  describe('for a TypeScript user', () => {
    // Without `Disposable` and without the types of Node, because the declarations bring everything they need. `dom` is
    // there for the `console` that the OpenTelemetry API's declarations mention.
    const bare = ['--lib', 'es2022,dom', '--types', '', '--skipLibCheck', 'false'];

    function check(file: string, ...flags: string[]): Promise<string> {
      cpSync(join(installed.project, 'types.ts'), join(installed.project, file));
      return compile(join(installed.project, file), ...bare, ...flags);
    }

    it('has types for an ES module', async () => {
      expect(await check('types.mts', '--module', 'nodenext')).to.equal('');
    });

    it('has types for a CommonJS module', async () => {
      expect(await check('types.cts', '--module', 'nodenext')).to.equal('');
    });

    it('has types for a bundler', async () => {
      const flags = ['--module', 'esnext', '--moduleResolution', 'bundler'];
      expect(await check('bundled.ts', ...flags)).to.equal('');
    });

    it('has types of each entry that compile without its runner', async () => {
      for (const flags of [
        ['--module', 'nodenext'],
        ['--module', 'esnext', '--moduleResolution', 'bundler'],
      ]) {
        expect(await compile(join(installed.project, 'faces.mts'), ...bare, ...flags)).to.equal('');
      }
    });

    for (const kind of ['mts', 'cts']) {
      it(`adds to the types of mocha, chai and node:test in a file that is .${kind}`, async () => {
        const folder = join(installed.project, `types-${kind}`);
        mkdirSync(join(folder, 'node_modules'), { recursive: true });
        symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'junction');
        const file = join(folder, `augmented.${kind}`);
        cpSync(join(installed.project, 'augmented.ts'), file);

        expect(await compile(file, '--module', 'nodenext', '--types', 'mocha,node', '--skipLibCheck')).to.equal('');
      });
    }

    it('has types for the strictest settings', async () => {
      const flags = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--isolatedModules'];
      expect(await check('strict.mts', '--module', 'nodenext', ...flags)).to.equal('');
    });
  });

  describe('for its users’ tools', () => {
    it('passes publint', async () => {
      const { messages, pkg } = await publint({ pkgDir: installed.path, pack: false, strict: true });

      expect(messages.map((message) => formatMessage(message, pkg))).to.deep.equal([]);
    });

    it('passes attw in every way to resolve its types', async () => {
      const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');

      const report = await node(ROOT, attw, installed.tarball, '--no-definitely-typed', '--format', 'json');

      const { analysis } = JSON.parse(report) as { analysis: { types: unknown; problems: unknown[] } };
      expect(analysis.types).to.not.equal(false);
      expect(analysis.problems).to.deep.equal([]);
    });
  });
});
