import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { Episode } from '../../src/support/episode.js';
import { listenToWarnings } from '../scenarios/service.js';

describe('Episode', () => {
  const warn = sinon.spy();

  beforeEach(() => {
    warn.resetHistory();
    listenToWarnings(warn);
  });

  afterEach(() => diag.disable());

  it('is reported once, under the name of the package, until it ends', () => {
    const episode = new Episode();
    const error = new Error('why');

    episode.report('trouble', error);
    episode.report('trouble', error);
    episode.end();
    episode.report('trouble again');

    expect(warn.args).to.deep.equal([
      ['otel-span-cache', 'trouble', error],
      ['otel-span-cache', 'trouble again'],
    ]);
  });

  it('reports the number of losses at its end, if there were any', () => {
    const episode = new Episode();
    const summary = (lost: number) => `${lost} lost`;

    for (const lost of [1, 0, 2]) episode.report('trouble', undefined, lost);
    episode.end(summary);
    episode.end(summary);
    episode.report('trouble again');
    episode.end(summary);

    expect(warn.args.map(([, message]) => message as string)).to.deep.equal(['trouble', '3 lost', 'trouble again']);
  });

  it('that ends without having begun changes nothing', () => {
    const episode = new Episode();

    episode.end();
    episode.report('trouble');

    expect(warn.callCount).to.equal(1);
  });
});
