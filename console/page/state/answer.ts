import { useEffect } from 'preact/hooks';
import type { View } from '../../src/api/changes.js';
import { answerOf, watch, type Answers, type Watched } from '../api/live.js';

/** The answer of the view that a screen shows; undefined until it arrives. */
export function useAnswer<V extends View>(asked: Watched<V>): Answers[V] | undefined {
  useEffect(() => watch(asked), [JSON.stringify(asked)]);
  return answerOf(asked);
}
