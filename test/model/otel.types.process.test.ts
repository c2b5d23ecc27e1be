import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { compile } from '../compile.js';
import { isOldestSdk } from '../sdk.js';

describe('The structural OpenTelemetry types', function () {
  this.timeout(60_000);

  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  const types = here('otel-types.ts');
  const flags = ['--module', 'nodenext', '--types', 'node', '--skipLibCheck'];

  it('are assignable to the types of the SDK and back', async () => {
    expect(await compile(types, ...flags)).to.equal('');
  });

  it('are assignable with exactOptionalPropertyTypes, too', async () => {
    expect(await compile(types, ...flags, '--exactOptionalPropertyTypes')).to.equal('');
  });

  // The oldest has fewer of the optional ones.
  if (!isOldestSdk) {
    it('have the same members as the types of the SDK', async () => {
      expect(await compile(here('otel-members.ts'), ...flags)).to.equal('');
    });
  }
});
