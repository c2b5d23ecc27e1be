import { expect, use } from 'chai';
import { it as test, type TestContext } from 'node:test';
import { traceChai, type EmitOptions } from '../../../src/testing/chai.js';
import { currentScope, mochaHooks, traceHooks } from '../../../src/testing/mocha.js';
import { traced } from '../../../src/testing/node.js';
import { traceTesting, type TraceScope } from '../../../src/testing/index.js';

/* Uses of the types of the runners: checked by `npm run typecheck`, and never called. */

export async function chai(scope: TraceScope, options: EmitOptions): Promise<void> {
  use(traceChai);
  expect(scope).to.have.span({ name: 'charge', times: 2 }).and.to.have.openSpans(0);
  expect(scope).to.not.matchTrace({ name: 'checkout' }, { exact: true });
  await expect(() => undefined).to.not.emitSpan({ name: 'charge' }, options);
  // @ts-expect-error: patterns are checked
  expect(scope).to.have.span({ nam: 'charge' });
}

export const mocha = ({ traceScope }: Mocha.Context): TraceScope => traceScope;

export const hooks: Mocha.RootHookObject[] = [mochaHooks, traceHooks({ captureStartStack: true })];

export const nodeTest = (): unknown =>
  test(
    'charges',
    traced(async (t: TestContext, scope) => {
      t.diagnostic(scope.name);
      await scope.waitForIdle();
    }),
  );

describe('currentScope()', () => {
  it('is the scope of the running code', async () => {
    await using tracing = traceTesting();

    await tracing.run((scope) => expect(currentScope()).to.equal(scope));
  });

  it('reports that there is none', () => {
    expect(() => currentScope()).to.throw(/^no scope is active/);
  });
});
