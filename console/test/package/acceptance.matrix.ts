import { nodeOf } from '../../../test/installed.js';
import type { NodeMajor } from '../../../test/nodes.js';
import { itShowsAnUnmodifiedService } from './acceptance.js';

/* Run by `npm run test:acceptance`. `npm run test:process` has the same on the Node.js that runs it, with 2.x. */

const LINES = {
  '2.x': ['@opentelemetry/sdk-node@0.223', '@opentelemetry/auto-instrumentations-node@0.81'],
  '3.x': ['@opentelemetry/sdk-node@0.301', '@opentelemetry/auto-instrumentations-node@0.82'],
};

/** 3.x needs Node.js 22.15 or newer. */
const CELLS: readonly (readonly [NodeMajor, keyof typeof LINES])[] = [
  [20, '2.x'],
  [24, '2.x'],
  [24, '3.x'],
];

for (const [major, line] of CELLS) {
  describe(`The console, packed and installed on Node.js ${major} with OpenTelemetry ${line}`, function () {
    this.timeout(240_000);

    itShowsAnUnmodifiedService({ node: nodeOf(major), packages: LINES[line] });
  });
}
