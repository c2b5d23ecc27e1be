import { expect } from 'chai';
import { newNode } from '../installed.js';
import { Receiver } from '../receiver.js';
import { expectShop, SHOWN_TREE, stable } from './expected.js';
import { layOut, manifestOf, PAGE } from './projects.js';
import { probe, run } from './running.js';

/** The changes that the page names, in the order of the table. */
const CHANGES = PAGE.tableAfter('| In the recipe | With 3.x |').map(
  (row) => row.map((cell) => cell.replaceAll('`', '')) as [from: string, to: string],
);

function with3x(code: string): string {
  return CHANGES.reduce((text, [from, to]) => text.replaceAll(from, to), code);
}

describe('docs/recipes.md, with OpenTelemetry JS 3.x', () => {
  const [, said] = /^((?:`[\w-]+\.mjs`(?:, | and )?)+) were run with 3\.x/m.exec(PAGE.text)!;
  const held = [...said!.matchAll(/`([\w-]+\.mjs)`/g)].map(([, name]) => name!);
  const node = newNode();
  let folder: string;
  let receiver: Receiver;

  before(async () => {
    folder = layOut('otel3', 'recipes', with3x);
    receiver = await Receiver.start();
  });

  beforeEach(() => receiver.clear());
  after(() => receiver.stop());

  const env = () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    SENTRY_DSN: `http://key@${receiver.host}/42`,
  });
  const SENT_TO: Record<string, string> = {
    'node-sdk.mjs': '/v1/traces',
    'sentry.mjs': '/api/42/integration/otlp/v1/traces/',
  };

  it('needs each of the changes that the page names', () => {
    const recipes = held.map((name) => PAGE.code().get(name)!).join();
    for (const [from] of CHANGES) expect(recipes).to.include(from);
  });

  for (const recipe of held.filter((name) => name !== 'beside.mjs')) {
    it(`${recipe} feeds spans and log records to the cache, and exports as with 2.x`, async () => {
      const seen = await probe(folder, recipe, 'shop.mjs', env(), node);

      expectShop(seen);
      const path = SENT_TO[recipe];
      if (path !== undefined) expect(receiver.bodiesOf(path).join()).to.include('charge card');
    });

    it(`${recipe} prints the tree on the page`, async () => {
      const printed = await run(folder, ['--import', `./${recipe}`, 'shop.mjs'], env(), node);

      expect(stable(printed)).to.equal(SHOWN_TREE);
    });
  }

  it('beside.mjs needs no registered provider', async () => {
    const printed = await run(folder, ['beside.mjs'], {}, node);

    expect(stable(printed)).to.match(/^trace id · 1 span · time · pid n\n time refund\n time money sent$/);
  });

  it("is outside the version ranges of the other recipes' packages", () => {
    for (const [project, name] of [
      ['current', '@langfuse/otel'],
      ['current', '@vercel/otel'],
      ['sentry10', '@sentry/node'],
    ] as const) {
      const { dependencies, peerDependencies } = manifestOf(project, name);
      const range = { ...dependencies, ...peerDependencies }['@opentelemetry/sdk-trace-base'];
      expect(range, name).to.match(/^\^2\.|^>=2\.\S* <3\./);
    }
  });
});
