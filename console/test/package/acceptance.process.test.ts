import { itShowsAnUnmodifiedService } from './acceptance.js';

describe('The console, packed and installed with OpenTelemetry 2.x', function () {
  this.timeout(240_000);

  itShowsAnUnmodifiedService({
    node: process.execPath,
    packages: ['@opentelemetry/sdk-node@0.223', '@opentelemetry/auto-instrumentations-node@0.81'],
  });
});
