import { AsyncResource } from 'node:async_hooks';
import { expect } from 'chai';
import * as jest from '../../../src/testing/jest.js';
import * as mocha from '../../../src/testing/mocha.js';
import * as node from '../../../src/testing/node.js';
import { startTracing } from '../capture/tracing-tools.js';

/* The face of vitest is tested where vitest is. */

const FACES = { jest, mocha, node };

/** How each runner turns a test into a scope. */
const SET_UPS = {
  jest: /traced\(async \(scope\)[^]*otel-span-cache\/testing\/jest/,
  mocha: /mocha --require \.\/hooks\.mjs[^]*mochaHooks/,
  node: /traced\(async \(t, scope\)[^]*otel-span-cache\/testing\/node/,
};

describe('currentScope()', () => {
  const outside = AsyncResource.bind((code: () => void) => code());

  for (const [name, { currentScope }] of Object.entries(FACES)) {
    it(`of ${name} explains how to make a test a scope if there is none`, () => {
      outside(() => {
        expect(() => currentScope()).to.throw(Error, /^no scope is active: /);
        expect(() => currentScope()).to.throw(Error, SET_UPS[name as keyof typeof SET_UPS]);
      });
    });

    it(`of ${name} is the scope of a run`, async () => {
      const tracing = startTracing();

      const run = await tracing.run(() => currentScope());

      expect(run.result).to.equal(run);
      await tracing.shutdown();
    });
  }
});
