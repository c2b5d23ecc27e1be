import { positiveInteger, type OptionsOf } from '../../support/option.js';
import type { ScopeLimits } from './scope-records.js';

/** More than a test can mean, and no more memory than a process has. */
const MAX_RECORDS = 100_000;

export const SCOPE_LIMITS: OptionsOf<ScopeLimits> = {
  maxSpansPerScope: positiveInteger(MAX_RECORDS),
  maxLogsPerScope: positiveInteger(MAX_RECORDS),
};
