import { expect } from 'chai';
import { traces } from './printed-traces.js';
import { installProject, run } from './programs.js';

const HOOK = ['--import', 'otel-span-cache/hook'];
const OWN_SDK = ['--import', './own-telemetry.mjs'];

describe('otel-span-cache/hook', function () {
  this.timeout(90_000);

  for (const [way, flag] of [
    ['--import', '--import'],
    ['--require', '--require'],
  ] as const) {
    it(`instruments imported packages, loaded by ${way}`, async () => {
      const { code, stderr } = await run([flag, 'otel-span-cache/hook', ...OWN_SDK, 'shop.mjs']);

      expect(code).to.equal(0);
      expect(traces(stderr)).to.equal(SHOP_TRACE);
    });
  }

  it('instruments the named exports of Node modules', async () => {
    const { stderr } = await run([...HOOK, ...OWN_SDK, 'http-only.mjs']);

    expect(traces(stderr)).to.match(/^trace · 2 spans\nGET {2}client\n/);
  });

  it('is necessary: without it, imported packages are not instrumented', async () => {
    const { stderr } = await run([...OWN_SDK, 'shop.mjs']);

    expect(traces(stderr)).to.include('trace · 2 spans').and.not.include('looking up');
  });

  it('has no effect beside register, and does not warn', async () => {
    const env = { OTEL_SPAN_CACHE_PRINT: '1', OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express,pino' };
    const REGISTER = ['--import', 'otel-span-cache/register'];

    for (const args of [
      [...HOOK, ...REGISTER],
      [...REGISTER, ...HOOK],
    ]) {
      const { stderr } = await run([...args, 'shop.mjs'], env);

      expect(traces(stderr)).to.equal(SHOP_TRACE);
    }
  });

  it('loads no package except the hook', async () => {
    const project = installProject('@opentelemetry/api', '@opentelemetry/sdk-node');

    const { stdout, stderr } = await run(['--require', 'otel-span-cache/hook', 'loaded.cjs'], {}, project.folder);
    project.remove();

    expect({ stdout, stderr }).to.deep.equal({ stdout: '0\n', stderr: '' });
  });

  it('has no effect if no instrumentation is installed', async () => {
    const project = installProject('@opentelemetry/api');

    const { code, stdout, stderr } = await run([...HOOK, '--eval', 'console.log(1)'], {}, project.folder);
    project.remove();

    expect({ code, stdout, stderr }).to.deep.equal({
      code: 0,
      stdout: '1\n',
      stderr: 'otel-span-cache: otel-span-cache/hook needs @opentelemetry/instrumentation, which is not installed\n',
    });
  });
});

const SHOP_TRACE = `trace · 3 spans
GET  client
│ url.full=http://127.0.0.1:(port)/orders/7
│ http.response.status_code=200
└─ GET /orders/:id  server  ← remote
   │ http.response.status_code=200
   └─ request handler
        http.route=/orders/:id
        INFO  looking up  id="7"

`;
