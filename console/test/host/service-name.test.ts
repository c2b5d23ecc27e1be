import { expect } from 'chai';
import { serviceName } from '../../src/host/service-name.js';

describe('serviceName()', () => {
  const CASES: [env: Record<string, string>, program: string | undefined, name: string][] = [
    [{ OTEL_SERVICE_NAME: 'shop', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' }, '/app/main.js', 'shop'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=b, service.name=my%20shop' }, '/app/main.js', 'my shop'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=%' }, '/app/main.js', 'main'],
    [{ OTEL_SERVICE_NAME: ' ' }, '/app/server.mjs', 'server'],
    [{}, undefined, 'unknown_service'],
  ];
  for (const [env, program, name] of CASES) {
    it(`is ${name} with ${JSON.stringify(env)} and ${program}`, () => {
      expect(serviceName(env, program)).to.equal(name);
    });
  }
});
