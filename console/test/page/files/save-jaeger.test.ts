import { expect } from 'chai';
import { jaegerOf } from '../../../page/files/save-jaeger.js';
import { checkout } from './traces.js';

describe('jaegerOf()', () => {
  const { data } = jaegerOf([checkout()]);
  const [trace] = data;
  const root = trace!.spans[0]!;

  it('has the processes of a trace by an id, their service name apart from their tags', () => {
    expect(trace!.processes).to.deep.equal({
      p1: { serviceName: 'shop', tags: [{ key: 'process.pid', type: 'int64', value: 4711 }] },
      p2: { serviceName: 'worker', tags: [] },
    });
    expect(trace!.spans.map(({ processID }) => processID)).to.include.members(['p1', 'p2']);
  });

  it('writes times as whole microseconds', () => {
    expect([root.startTime, root.duration]).to.deep.equal([1_781_000_000_000_250, 209_000]);
  });

  it('writes kind, status and scope as tags, by the mapping of the specification', () => {
    expect(root.tags).to.deep.include.members([
      { key: 'span.kind', type: 'string', value: 'server' },
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'error', type: 'bool', value: true },
      { key: 'otel.status_description', type: 'string', value: 'card declined' },
      { key: 'otel.scope.name', type: 'string', value: '@opentelemetry/instrumentation-http' },
      { key: 'ratio', type: 'float64', value: 0.25 },
    ]);
  });

  it('refers to the parent of a span, and to its links', () => {
    const job = trace!.spans.find(({ operationName }) => operationName === 'job: mail')!;

    expect(root.references).to.deep.equal([]);
    expect(job.references.map(({ refType, spanID }) => [refType, spanID])).to.deep.equal([
      ['CHILD_OF', root.spanID],
      ['FOLLOWS_FROM', '2'.repeat(16)],
    ]);
  });
});
