import type { Filter, Sampling } from '../../src/api/schemas.js';
import { put } from '../api/client.js';
import { settings } from '../api/live.js';
import { say } from '../parts/copy.js';

interface Answers {
  readonly sampling: Sampling;
  readonly filter: Filter;
}

/**
 * Changes a setting, and shows the state that the service has confirmed.
 *
 * @returns the reason of a refusal; empty on success
 */
export async function change<Name extends keyof Answers>(
  name: Name,
  request: object,
  textOf: (state: Answers[Name]) => string,
): Promise<string> {
  try {
    const state = await put<Answers[Name]>(name, request);
    const now = settings.peek();
    if (now !== undefined) settings.value = { ...now, [name]: state };
    say(textOf(state));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'No answer from the service.';
  }
}
