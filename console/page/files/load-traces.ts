import type { TraceDetail, Traces } from '../../src/api/schemas.js';
import { get, Refused, type Parameters } from '../api/client.js';
import type { Loaded } from './saving.js';

/** Maximum number of traces and of spans in one file. */
const MOST_TRACES = 200;
const MOST_SPANS = 50_000;

/** Maximum number of concurrent requests: a browser opens six connections to a host, and the stream needs one. */
const AT_ONCE = 3;

/**
 * Reads the first traces of a query's result. Traces evicted in the meantime are left out.
 *
 * @throws {Refused}
 */
export async function loadTraces(
  parameters: Parameters,
  progress: (done: number, of: number) => void,
): Promise<Loaded> {
  const { rows, matched, partial } = await get<Traces>('traces', { ...parameters, limit: MOST_TRACES });
  const ids = [...new Set(rows.map(({ traceId }) => traceId))];
  const traces = new Map<string, TraceDetail>();
  let spans = 0;
  let next = 0;
  const read = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined && spans < MOST_SPANS; id = ids[next++]) {
      const trace = await traceIfKept(id);
      if (trace === undefined || spans >= MOST_SPANS) continue;
      spans += trace.spans.length;
      traces.set(id, trace);
      progress(traces.size, ids.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return { traces: ids.flatMap((id) => traces.get(id) ?? []), of: Math.max(matched, ids.length), atLeast: partial };
}

async function traceIfKept(traceId: string): Promise<TraceDetail | undefined> {
  try {
    return await get<TraceDetail>(`trace/${traceId}`);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}
