import { z } from 'zod';
import * as schemas from '../../api/schemas.js';

/** Rows of a frame: all in a snapshot, else the changes. Loaded on first use. */
export const rowsOfFrame = z.object({
  rows: z.union([schemas.traces.shape.rows, z.object({ set: schemas.traces.shape.rows })]).optional(),
});
