import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { compile } from '../compile.js';

describe('The structural OpenTelemetry types', function () {
  this.timeout(60_000);

  const types = fileURLToPath(new URL('otel-types.ts', import.meta.url));
  const flags = ['--module', 'nodenext', '--types', 'node', '--skipLibCheck'];

  it('are assignable to the types of the SDK and back', async () => {
    expect(await compile(types, ...flags)).to.equal('');
  });

  it('are so too for a user with exactOptionalPropertyTypes', async () => {
    expect(await compile(types, ...flags, '--exactOptionalPropertyTypes')).to.equal('');
  });
});
