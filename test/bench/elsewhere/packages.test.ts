import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { installedSize } from '../../../bench/elsewhere/packages.js';

describe('installedSize()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'otel-span-cache-elsewhere-'));
  after(() => rmSync(folder, { recursive: true }));

  it('counts packages, scoped and nested ones too, and the bytes of all files except the ones of npm', () => {
    const files = [
      'one/package.json',
      'one/dist/esm/package.json',
      '@scope/two/package.json',
      'one/node_modules/three/package.json',
      'one/node_modules/three/index.js',
      '.package-lock.json',
      '.bin/one',
    ];
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '{}');
    }

    expect(installedSize(folder)).to.deep.equal({ packages: 3, bytes: 10 });
  });
});
