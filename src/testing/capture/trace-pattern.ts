import { isString, ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
import type { CapturedSpan } from '../../trace/captured-span.js';
import { compileSpanMatcher, type CompiledMatcher } from '../assert/matcher.js';
import type { TracePattern } from './trace-scope.js';

const MEMBERS: OptionsOf<TracePattern> = {
  // Checked by `compileSpanMatcher()`.
  root: ofType('a matcher', () => true),
  traceId: ofType('a string', isString),
};

/** @throws TypeError for a wrong pattern or an unknown member: if ignored, any trace would match */
export function compileTracePattern(trace: TracePattern | undefined): {
  readonly wanted: CompiledMatcher<CapturedSpan> | undefined;
  readonly traceId: string | undefined;
} {
  const { root, traceId }: TracePattern = resolveOptions(MEMBERS, trace, 'trace');
  return { wanted: root === undefined ? undefined : compileSpanMatcher('root', root), traceId };
}
