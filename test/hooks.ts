// oxlint-disable-next-line import/no-unassigned-import -- has the modules loaded after it check their invariants
import './checked.js';
import fc from 'fast-check';
import { shutDownCaches } from './caches.js';
import { runs } from './property-runs.js';

/* What mocha loads before the tests. */

/** For properties that name no number. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: runs(100) });

export const mochaHooks = { afterEach: shutDownCaches };
