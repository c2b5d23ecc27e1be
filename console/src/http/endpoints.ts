import type { z } from 'zod';
import type { ConsoleApi, Role } from '../api/console-api.js';
import * as schemas from '../api/schemas.js';

type Answer = object | Promise<object>;

/** An endpoint of the API, from which routes and the OpenAPI document are derived. */
export interface Endpoint {
  readonly method: 'get' | 'put' | 'post';
  /** Below `/api/v1/`. `{name}` is a parameter of the path. */
  readonly path: string;
  readonly summary: string;
  /** Sent in the parameters of the address, or in the body of a PUT or POST. */
  readonly request: z.ZodObject | undefined;
  /** Without the clock of the host, which is part of every answer. */
  readonly answer: z.ZodObject;
  /** Required role; any role if undefined. */
  readonly role?: 'control';
  /** Body of a 404, if it is more than a sentence. */
  readonly notFound?: z.ZodType;
  /** @param request validated by the schema */
  respond(api: ConsoleApi, request: never, role: Role): Answer;
}

interface Given<Request extends z.ZodObject | undefined> extends Omit<Endpoint, 'request' | 'respond'> {
  readonly request: Request;
  respond(api: ConsoleApi, request: Request extends z.ZodObject ? z.output<Request> : undefined, role: Role): Answer;
}

function endpoint<Request extends z.ZodObject | undefined>(given: Given<Request>): Endpoint {
  return given;
}

/** Request of one trace, whose id is in the path. */
export const traceRequest = schemas.trace.pick({ traceId: true });

const OWN: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: 'hello',
    summary: 'Protocol, versions, epoch, role and processes',
    request: undefined,
    answer: schemas.hello,
    respond: (api, _request, role) => api.hello(role),
  }),
  endpoint({
    method: 'get',
    path: 'stats',
    summary: 'Counters and bounds of every part',
    request: undefined,
    answer: schemas.stats,
    respond: (api) => api.stats(),
  }),
  endpoint({
    method: 'get',
    path: 'traces',
    summary: 'Traces with at least one matching span',
    request: schemas.tracesRequest,
    answer: schemas.traces,
    respond: (api, request) => api.traces(request),
  }),
  endpoint({
    method: 'get',
    path: 'trace/{traceId}',
    summary: 'One trace as a tree, with self times and the critical path',
    request: traceRequest,
    answer: schemas.trace,
    notFound: schemas.gone,
    respond: (api, { traceId }) => api.trace(traceId),
  }),
  endpoint({
    method: 'get',
    path: 'stacks',
    summary: 'Call paths with counts, percentiles and self times',
    request: schemas.stacksRequest,
    answer: schemas.stacks,
    respond: (api, request) => api.stacks(request),
  }),
  endpoint({
    method: 'get',
    path: 'time',
    summary: 'Latency by time, as a heatmap',
    request: schemas.timeRequest,
    answer: schemas.time,
    respond: (api, request) => api.time(request),
  }),
  endpoint({
    method: 'get',
    path: 'slow',
    summary: 'Slow spans against normal ones',
    request: schemas.slowRequest,
    answer: schemas.slow,
    respond: (api, request) => api.slow(request),
  }),
  endpoint({
    method: 'get',
    path: 'errors',
    summary: 'Groups of similar errors',
    request: schemas.errorsRequest,
    answer: schemas.errors,
    respond: (api, request) => api.errors(request),
  }),
  endpoint({
    method: 'get',
    path: 'logs',
    summary: 'Log lines, newest first',
    request: schemas.logsRequest,
    answer: schemas.logs,
    respond: (api, request) => api.logs(request),
  }),
  endpoint({
    method: 'get',
    path: 'open',
    summary: 'Spans that have not ended, oldest first',
    request: schemas.openRequest,
    answer: schemas.open,
    respond: async (api, request) => api.open(request),
  }),
  endpoint({
    method: 'get',
    path: 'complete',
    summary: 'Completions at a position of a query',
    request: schemas.completeRequest,
    answer: schemas.completion,
    respond: (api, request) => api.complete(request),
  }),
  endpoint({
    method: 'get',
    path: 'sampling',
    summary: 'State of sampling',
    request: undefined,
    answer: schemas.sampling,
    respond: (api) => api.sampling(),
  }),
  endpoint({
    method: 'put',
    path: 'sampling',
    summary: 'Changes sampling, and returns the new state',
    request: schemas.samplingRequest,
    answer: schemas.sampling,
    role: 'control',
    respond: async (api, request) => api.setSampling(request),
  }),
  endpoint({
    method: 'get',
    path: 'filter',
    summary: 'State of the filter',
    request: undefined,
    answer: schemas.filter,
    respond: (api) => api.filter(),
  }),
  endpoint({
    method: 'put',
    path: 'filter',
    summary: 'Changes the filter, and returns the new state',
    request: schemas.filterRequest,
    answer: schemas.filter,
    role: 'control',
    respond: async (api, request) => api.setFilter(request),
  }),
  endpoint({
    method: 'post',
    path: 'mark',
    summary: 'Sets a mark at the current time, to compare stacks and errors with',
    request: schemas.markRequest,
    answer: schemas.mark,
    respond: (api, request) => api.mark(request),
  }),
  endpoint({
    method: 'post',
    path: 'clear',
    summary: 'Empties the history',
    request: schemas.clearRequest,
    answer: schemas.cleared,
    role: 'control',
    respond: (api) => api.clear(),
  }),
];

/** Settings may be sent by POST instead of PUT: both change the given members, and return the new state. */
export const ENDPOINTS: readonly Endpoint[] = OWN.flatMap((each) =>
  each.method === 'put' ? [each, { ...each, method: 'post' }] : [each],
);
