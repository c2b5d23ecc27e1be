import { expect } from 'chai';
import sinon from 'sinon';
import { startService } from '../../scenarios/service.js';

describe('SpanCacheExporter', () => {
  it('reports a failure for a value that is not an array', () => {
    const { cache } = startService();
    const callback = sinon.spy();

    expect(() => cache.exporter.export(undefined as never, callback)).not.to.throw();

    const [{ code, error }] = callback.firstCall.args as [{ code: number; error: Error }];
    expect([code, error.message]).to.deep.equal([1, 'otel-span-cache: spans must be an array of spans']);
  });
});
