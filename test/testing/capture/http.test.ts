import { createRequire } from 'node:module';
import type * as Http from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { expect } from 'chai';
import type { TraceRun, TraceTesting } from '../../../src/testing/index.js';
import { unregisterGlobals } from '../../sdk.js';
import { endedSpan, startTracing } from './tracing-tools.js';

describe('M4: the handler of an HTTP server that was started outside of the tests runs in the context of none, and', () => {
  let http: typeof Http;
  let instrumentation: HttpInstrumentation;
  let tracing: TraceTesting;
  let server: Http.Server;
  before((done) => {
    tracing = startTracing();
    instrumentation = new HttpInstrumentation();
    // Patches the module when it is required.
    http = createRequire(import.meta.url)('node:http') as typeof Http;
    server = http.createServer((request, response) => {
      setTimeout(() => {
        endedSpan(`handle ${request.url}`);
        response.end('ok');
      }, 2);
    });
    server.listen(0, '127.0.0.1', done);
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    instrumentation.disable();
    await tracing.shutdown();
    unregisterGlobals();
  });

  const call = (path: string, agent?: Http.Agent): Promise<TraceRun<void>> =>
    tracing.run(
      () =>
        new Promise<void>((resolve, reject) => {
          const { port } = server.address() as AddressInfo;
          http
            .get({ host: '127.0.0.1', port, path, agent }, (response) => response.resume().on('end', resolve))
            .on('error', reject);
        }),
    );

  function kindsAndTargets(run: TraceRun<void>): string[] {
    return run.spans.map(({ kind, name, attributes }) =>
      kind === 'internal' ? name : `${kind} ${String(attributes['url.path'] ?? attributes['http.target'] ?? '')}`,
    );
  }

  it('each of the overlapping tests receives its own client and server spans', async () => {
    const runs = await Promise.all(['/a', '/b', '/c'].map((path) => call(path)));
    await Promise.all(runs.map((run) => run.waitForIdle()));

    for (const [index, run] of runs.entries()) {
      const path = ['/a', '/b', '/c'][index];
      expect(run.spans.map(({ kind }) => kind)).to.deep.equal(['client', 'server', 'internal']);
      expect(kindsAndTargets(run).slice(1)).to.deep.equal([`server ${path}`, `handle ${path}`]);
      expect(run.traces).to.have.length(1);
    }
  });

  it('also on a connection that another test opened', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

    const first = await call('/first', agent);
    const second = await call('/second', agent);
    await second.waitForIdle();

    expect(kindsAndTargets(first).slice(1)).to.deep.equal(['server /first', 'handle /first']);
    expect(kindsAndTargets(second).slice(1)).to.deep.equal(['server /second', 'handle /second']);
    agent.destroy();
  });
});
