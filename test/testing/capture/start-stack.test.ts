import { expect } from 'chai';
import { firstForeignFrame } from '../../../src/testing/capture/start-stack.js';

const stack = (...frames: string[]): Error =>
  Object.assign(new Error('x'), { stack: ['Error: x', ...frames.map((frame) => `    at ${frame}`)].join('\n') });

describe('firstForeignFrame()', () => {
  it('is the line that started the span, not the lines that started the spans around it', () => {
    const frame = firstForeignFrame(
      stack(
        'Recorder.onStart (/app/node_modules/otel-span-cache/dist/esm/testing/capture/recorder.js:1:1)',
        'Tracer.startSpan (/app/bundle.js:9:9)',
        'ProxyTracer.startSpan (/app/bundle.js:8:8)',
        'charge (file:///app/src/charge.ts:12:3)',
        'Tracer.startActiveSpan (/app/bundle.js:7:7)',
        'checkout (/app/src/checkout.ts:1:1)',
      ),
    );

    expect(frame).to.equal('/app/src/charge.ts:12:3');
  });

  it('skips packages and Node up to the application', () => {
    const frame = firstForeignFrame(
      stack(
        'Tracer.startSpan (/app/node_modules/@opentelemetry/sdk-trace/x.js:1:1)',
        'HttpInstrumentation.wrap (/app/node_modules/@opentelemetry/instrumentation-http/x.js:1:1)',
        'emit (node:events:5:5)',
        '/app/src/call.ts:3:4',
      ),
    );

    expect(frame).to.equal('/app/src/call.ts:3:4');
  });

  it('is undefined without a stack', () => {
    expect(firstForeignFrame(Object.assign(new Error('x'), { stack: undefined }))).to.equal(undefined);
  });
});
