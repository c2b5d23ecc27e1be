import { traceTesting } from 'otel-span-cache/testing';
import { traceChai } from 'otel-span-cache/testing/chai';
import { traceMatchers } from 'otel-span-cache/testing/jest';
import { currentScope, mochaHooks, traceHooks } from 'otel-span-cache/testing/mocha';
import { traced } from 'otel-span-cache/testing/node';
import { currentScope as scopeOfVitest } from 'otel-span-cache/testing/vitest';

/* Type-checked without a runner and without the types of Node: the additions to a runner's types compile there, too. */

export const faces = [traceTesting, traceChai, traceMatchers, currentScope, mochaHooks, traceHooks, scopeOfVitest];

export const test = traced(async (_t, scope) => {
  await scope.waitForSpan({ name: 'charge' });
});
