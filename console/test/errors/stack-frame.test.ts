import { expect } from 'chai';
import { applicationFrame } from '../../src/errors/stack-frame.js';

function stack(...frames: string[]): string {
  return ['Error: at home', ...frames.map((frame) => `    at ${frame}`)].join('\n');
}

describe('applicationFrame', () => {
  it('is the first frame that is neither of a dependency nor of Node', () => {
    const frames = [
      'Array.map (<anonymous>)',
      'new Promise (native)',
      'node:internal/timers:581:17',
      'run (node:fs:1:2)',
      'Object.query (C:\\app\\node_modules\\pg\\client.js:1:2)',
      'file:///app/node_modules/x/y.js:1:2',
      'load (file:///app/src/load.ts:3:4)',
      'main (file:///app/src/main.ts:1:1)',
    ];

    expect(applicationFrame(stack(...frames))).to.equal('load (file:///app/src/load.ts:3:4)');
  });

  it('is undefined if all frames are foreign, or there is none', () => {
    expect(applicationFrame(stack('f (node:fs:1:1)'))).to.equal(undefined);
    expect(applicationFrame('Traceback (most recent call last)')).to.equal(undefined);
  });
});
