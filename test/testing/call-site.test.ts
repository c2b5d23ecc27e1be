import { use, expect } from 'chai';
import { checkArguments } from '../../src/testing/call-site.js';
import { traceChai } from '../../src/testing/chai.js';
import {
  assertLog,
  assertNoSpan,
  assertSpan,
  assertTrace,
  matchesSpan,
  matchesTrace,
  spanMatcher,
  traceTesting,
  traceTree,
  type OpenScope,
  type TraceTesting,
} from '../../src/testing/index.js';
import { remoteReceiver, remoteScope, type RemoteReceiver } from '../../src/testing/remote/index.js';
import { unregisterGlobals } from '../sdk.js';
import { endedSpan, startTracing } from './capture/tracing-tools.js';

use(traceChai);

describe('The stack of an error about a wrong argument', () => {
  let tracing: TraceTesting;
  let scope: OpenScope;
  let receiver: RemoteReceiver;
  before(async () => {
    tracing = startTracing();
    scope = tracing.openScope();
    scope.run(() => endedSpan('charge'));
    receiver = await remoteReceiver();
  });
  after(async () => {
    scope.close();
    await receiver.close();
    await tracing.shutdown();
    unregisterGlobals();
  });

  const wrong = 5 as never;
  const calls: Record<string, () => unknown> = {
    'the spans of assertSpan()': () => assertSpan(wrong, { name: 'charge' }),
    'the pattern of assertSpan()': () => assertSpan(scope, wrong),
    'the spans of assertTrace()': () => assertTrace(wrong, { name: 'charge' }),
    'the pattern of assertTrace()': () => assertTrace(scope, { nam: 'charge' } as never),
    'the options of assertTrace()': () => assertTrace(scope, { name: 'charge' }, wrong),
    'the logs of assertLog()': () => assertLog(wrong, { body: 'charged' }),
    'the pattern of assertLog()': () => assertLog(scope, wrong),
    'the spans of assertNoSpan()': () => assertNoSpan(wrong, { name: 'charge' }),
    'the pattern of assertNoSpan()': () => assertNoSpan(scope, wrong),
    'the options of assertNoSpan()': () => assertNoSpan(scope, { name: 'charge' }, wrong),
    'the spans that assertNoSpan() is to watch': () => assertNoSpan([], { name: 'charge' }, { withinMillis: 1 }),
    'the pattern of matchesSpan()': () => matchesSpan(wrong, scope.spans[0]!),
    'the pattern of spanMatcher()': () => spanMatcher(wrong),
    'the pattern of matchesTrace()': () => matchesTrace(wrong, scope),
    'the spans of traceTree()': () => traceTree(wrong),
    'an option of traceTree()': () => traceTree(scope, { order: wrong }),
    'an option of traceTesting()': () => traceTesting({ maxSpansPerScope: 0 }),
    'the matcher of waitForSpan()': () => scope.waitForSpan(wrong),
    'an option of waitForSpan()': () => scope.waitForSpan('charge', { timeoutMillis: -1 }),
    'the matcher of waitForTrace()': () => scope.waitForTrace({ root: wrong }),
    'an option of waitForIdle()': () => scope.waitForIdle({ settleMillis: wrong, timeoutMillis: -1 }),
    'an option of remoteScope()': () => remoteScope({ timeoutMillis: -1 }),
    'an option of remoteReceiver()': () => remoteReceiver({ maxRequestBytes: 0 }),
    'an option of openScope()': () => receiver.openScope({ name: '' }),
    'the matcher of waitForLog()': () => receiver.openScope().waitForLog(wrong),
    'the pattern of a negated matcher': () => expect(scope).not.to.have.span(wrong),
    'the pattern of matchTrace()': () => expect(scope).not.to.matchTrace(wrong),
    'the count of openSpans()': () => expect(scope).to.have.openSpans(-1),
    'the function of emitSpan()': () => expect(wrong).to.emitSpan({ name: 'charge' }),
    'the pattern of emitSpan()': () => expect(() => {}).to.emitSpan(wrong),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`starts at the call of the test: ${name}`, async () => {
      const error = await errorOf(call);

      expect(error).to.satisfy(isArgumentError);
      expect(framesOf(error)[0]).to.contain('call-site.test.ts');
    });
  }

  it('is unchanged for an error that a function of the test throws', async () => {
    const nothing = undefined as unknown as { length: number };

    const error = await errorOf(() => scope.waitForSpan(() => nothing.length > 0));

    expect(framesOf(error)[0]).to.contain('call-site.test.ts');
    expect(framesOf(error)[1]).to.contain('src/testing/capture/');
  });

  it('is unchanged if the called function is not on the stack', async () => {
    const check = (): never => {
      throw new TypeError('wrong');
    };

    const error = await errorOf(() => checkArguments(assertSpan, check));

    expect(framesOf(error)[0]).to.match(/check .*call-site\.test\.ts/);
  });
});

async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

function isArgumentError(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

function framesOf({ stack = '' }: Error): string[] {
  return stack.split('\n').filter((line) => line.startsWith('    at '));
}
