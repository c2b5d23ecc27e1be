import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

describe('The log records of a run', () => {
  describe('without sdk-logs', () => {
    let project: string;
    before(() => {
      project = mkdtempSync(join(tmpdir(), 'otel-span-cache-no-logs-'));
      writeFileSync(join(project, 'package.json'), '{}');
      const packages = join(project, 'node_modules/@opentelemetry');
      mkdirSync(packages, { recursive: true });
      // Copies, because a linked package resolves its dependencies at its real location.
      const installed = fileURLToPath(new URL('../../../node_modules/@opentelemetry', import.meta.url));
      for (const name of [
        'api',
        'context-async-hooks',
        'core',
        'resources',
        'sdk-trace',
        'sdk-trace-base',
        'semantic-conventions',
      ]) {
        cpSync(join(installed, name), join(packages, name), { recursive: true });
      }
    });
    after(() => rmSync(project, { recursive: true, force: true }));

    it('are an error with the install command, while spans can still be read', async () => {
      const fixture = fileURLToPath(new URL('fixtures/without-logs-sdk.mts', import.meta.url));
      const tsx = createRequire(import.meta.url).resolve('tsx');

      const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, fixture], { cwd: project });

      expect(stdout.trim().split('\n')).to.deep.equal([
        'spans: job',
        'MissingSdkError: no log record can arrive, because no logs SDK was found. Install it: npm install --save-dev @opentelemetry/sdk-logs',
      ]);
    });
  });
});
