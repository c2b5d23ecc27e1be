import type { TraceDetail } from '../../src/api/schemas.js';

/** A trace of the service, or of a file, which has no coverage: it is whole. */
export type ShownTrace = Omit<TraceDetail, 'coverage'>;
