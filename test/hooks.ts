// oxlint-disable-next-line import/no-unassigned-import -- has the modules loaded after it check their invariants
import './checked.js';
import { config } from 'chai';
import fc from 'fast-check';
import { shutDownCaches } from './caches.js';
import { runs } from './property-runs.js';

/* Loaded by mocha before the tests. */

/** For properties that name no number. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: runs(100) });

/*
 * chai makes a proxy for each step of an assertion, which finds a misspelt name. The types find it too, and the property
 * tests make a million assertions.
 */
config.useProxy = false;

/*
 * A mocha worker writes its coverage when it exits. mocha terminates a worker that takes more than a second to exit:
 * with a listener, the signal does not interrupt the writing.
 */
if (process.env['NODE_V8_COVERAGE'] !== undefined) process.on('SIGTERM', () => process.exit());

export const mochaHooks = { afterEach: shutDownCaches };
