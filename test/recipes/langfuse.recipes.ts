import { expect } from 'chai';
import { Receiver } from '../receiver.js';
import { SHOWN_TREE, stable } from './expected.js';
import { layOut } from './projects.js';
import { probe, run } from './running.js';

describe('docs/recipes.md, with Langfuse', () => {
  const TRACES = '/api/public/otel/v1/traces';
  let folder: string;
  let receiver: Receiver;

  before(async () => {
    folder = layOut('current', 'langfuse');
    receiver = await Receiver.start();
  });

  beforeEach(() => receiver.clear());
  after(() => receiver.stop());

  const env = (others: Record<string, string> = {}) => ({
    LANGFUSE_BASE_URL: receiver.url,
    LANGFUSE_PUBLIC_KEY: 'public',
    LANGFUSE_SECRET_KEY: 'secret',
    ...others,
  });

  for (const recipe of ['langfuse.mjs', 'langfuse-isolated.mjs']) {
    it(`${recipe} feeds one trace to the cache, and its part to Langfuse`, async () => {
      const { spans, orphans } = await probe(folder, recipe, 'assistant.mjs', env());

      expect(spans.map(({ name, events }) => ({ name, events }))).to.deep.equal([
        { name: 'answer', events: ['asking the model'] },
        { name: 'GET /assistant', events: [] },
      ]);
      expect(spans[0]!.traceId).to.equal(spans[1]!.traceId);
      expect(orphans).to.deep.equal([]);
      const sent = receiver.bodiesOf(TRACES).join();
      expect(sent).to.include('"answer"').and.include('It is.').and.not.include('GET /assistant');
    });

    it(`${recipe} works for a program without Langfuse spans`, async () => {
      const printed = await run(folder, ['--import', `./${recipe}`, 'shop.mjs'], env());

      expect(stable(printed)).to.equal(SHOWN_TREE);
    });
  }

  it('masks values for Langfuse, not for the cache', async () => {
    const { spans } = await probe(folder, 'masked.mjs', 'assistant.mjs', env());

    expect(spans[0]!.attributes).to.have.property('langfuse.observation.input', 'Is the kettle in stock?');
    const sent = receiver.bodiesOf(TRACES).join();
    expect(sent).to.include('masked').and.not.include('in stock?');
  });

  it('shuts the cache down with either of its providers', async () => {
    const early = layOut('current', 'langfuse-early', (code) =>
      code.replace('sdk.start();', 'sdk.start();\nawait langfuse.shutdown();'),
    );

    const seen = await probe(early, 'langfuse-isolated.mjs', 'shop.mjs', env());

    expect(seen.spans).to.deep.equal([]);
    expect(seen.stats.spans.dropped).to.include({ shutdown: 2 });
  });
});
