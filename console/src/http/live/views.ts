import type { z } from 'zod';
import type { Row, View } from '../../api/changes.js';
import type { ConsoleApi } from '../../api/console-api.js';
import * as schemas from '../../api/schemas.js';
import { traceRequest } from '../endpoints.js';
import { checked } from '../requests.js';

type Read = (api: ConsoleApi) => Row | Promise<Row>;

/** The view of one client. */
export interface ViewSource {
  readonly view: View;
  /** View and request, as text. */
  readonly key: string;
  /** Minimum time between two frames, in milliseconds. */
  readonly everyMillis: number;
  readonly read: Read;
}

const EVERY_MILLIS = 100;

/** Slower, because the service itself sends the list of open spans. */
const OPEN_EVERY_MILLIS = 1_000;

/** For each view, validates its request and returns the function that answers it. */
const READERS: Readonly<Record<View, (parameters: unknown) => Read>> = {
  traces: readerOf(schemas.tracesRequest, (api, request) => api.traces(request)),
  trace: readerOf(traceRequest, (api, { traceId }) => api.trace(traceId)),
  stacks: readerOf(schemas.stacksRequest, (api, request) => api.stacks(request)),
  time: readerOf(schemas.timeRequest, (api, request) => api.time(request)),
  errors: readerOf(schemas.errorsRequest, (api, request) => api.errors(request)),
  logs: readerOf(schemas.logsRequest, (api, request) => api.logs(request)),
  open: readerOf(schemas.openRequest, async (api, request) => api.open(request)),
};

function readerOf<Schema extends z.ZodObject>(
  schema: Schema,
  read: (api: ConsoleApi, request: z.output<Schema>) => Row | Promise<Row>,
): (parameters: unknown) => Read {
  return (parameters) => {
    const request = checked(schema, parameters, 'parameter');
    return (api) => read(api, request);
  };
}

/** Returns the source of a live request, or refuses an invalid request. */
export function viewSource(parameters: Readonly<Record<string, string>>): {
  source: ViewSource;
  after: string | undefined;
} {
  const { view: viewText, after: afterText, ...others } = parameters;
  const given = { view: viewText, ...(afterText === undefined ? {} : { after: afterText }) };
  const { view, after } = checked(schemas.liveRequest, given, 'parameter');
  const sorted = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  const source = {
    view,
    key: JSON.stringify([view, sorted]),
    everyMillis: view === 'open' ? OPEN_EVERY_MILLIS : EVERY_MILLIS,
    read: READERS[view](others),
  };
  return { source, after };
}
