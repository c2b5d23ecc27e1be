import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { installCommand } from '../../src/register/install-command.js';

const PACKAGES = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'];

describe('installCommand()', () => {
  it('installs the newest of the 3.x line', () => {
    expect(installCommand(PACKAGES, 3)).to.equal(
      'npm install @opentelemetry/sdk-node @opentelemetry/auto-instrumentations-node',
    );
  });

  it('installs the last of the 2.x line', () => {
    expect(installCommand(PACKAGES, 2)).to.equal(
      'npm install @opentelemetry/sdk-node@0.223 @opentelemetry/auto-instrumentations-node@0.81',
    );
  });

  it('installs the line that this Node can run, if no SDK is installed', () => {
    const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
    const line = major > 22 || (major === 22 && minor >= 15) ? 3 : 2;

    expect(installCommand(PACKAGES)).to.equal(installCommand(PACKAGES, line));
  });

  it('names the tested versions of the 2.x line', () => {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { devDependencies } = JSON.parse(manifest) as { devDependencies: Record<string, string> };

    for (const name of PACKAGES) {
      const [, version] = /^\^(\d+\.\d+)\./.exec(devDependencies[name]!)!;
      expect(installCommand([name], 2)).to.equal(`npm install ${name}@${version}`);
    }
  });
});
