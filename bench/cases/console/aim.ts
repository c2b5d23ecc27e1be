import type { Samples } from '../../case.js';

/** Values compared with a fixed aim, which is the same in every round. */
export function againstAim(values: readonly number[], aim: number): Samples {
  return { ours: values, theirs: values.map(() => aim) };
}
