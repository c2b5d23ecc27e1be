import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { ApiError } from '../api/api-error.js';
import type { ConsoleApi, Role } from '../api/console-api.js';
import { PROTOCOL } from '../protocol.js';
import { json } from './answer.js';
import type { ConsoleApp, ConsoleEnv } from './console-app.js';
import { ENDPOINTS, type Endpoint } from './endpoints.js';
import type { Guard } from './guard.js';
import type { LiveStreams } from './live/live-streams.js';
import { viewSource } from './live/views.js';
import { openApiDocument } from './openapi.js';
import type { PageFiles } from './page-files.js';
import type { Refusal } from './refusal.js';
import { bodyOf, parametersOf, rawParametersOf } from './requests.js';

export interface RoutesOptions {
  readonly api: ConsoleApi;
  readonly live: LiveStreams;
  readonly page: PageFiles;
  readonly guard: Guard;
  /** Called for each error other than a refusal. */
  readonly onFault: (error: unknown) => void;
}

/** The request of an endpoint without parameters. */
const NOTHING = z.object({});

const NO_PAGE = 'The page was not built: use the API below /api/v1/, the command line or MCP.\n';

const BASE = `/api/v${PROTOCOL}`;

/** The routes of the console, except those below `/mcp`. */
export function consoleRoutes(options: RoutesOptions): ConsoleApp {
  const app = new Hono<ConsoleEnv>();
  app.onError((error) => errorResponse(error, options.onFault));
  const needsRole: MiddlewareHandler<ConsoleEnv> = async (c, next) => {
    if (c.env.role === undefined) return refused(options.guard.unauthorized());
    return next();
  };
  app.use('/api/*', needsRole);
  for (const path of ['/mcp', '/mcp/*']) app.use(path, needsRole);
  for (const endpoint of ENDPOINTS) addEndpoint(app, endpoint, options.api);
  app.get(`${BASE}/live`, (c) => startLive(c, options.live));
  addDocument(app, options.api);
  app.get('/health', (c) => c.json({ name: options.api.name, epoch: options.api.epoch }));
  addMethods(app);
  app.get('/*', (c, next) => pageResponse(c, options.page) ?? next());
  app.notFound(notFoundResponse);
  return app;
}

function addEndpoint(app: ConsoleApp, endpoint: Endpoint, api: ConsoleApi): void {
  const path = `${BASE}/${endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
  app.on(endpoint.method.toUpperCase(), path, async (c) => {
    const role = roleOf(c);
    if (endpoint.role !== undefined && endpoint.role !== role) return refused(needsControl());
    const request = await requestOf(c, endpoint);
    const answer = await endpoint.respond(api, request as never, role);
    return json(c, { now: api.now(), ...answer });
  });
}

async function requestOf(c: Context, { method, request }: Endpoint): Promise<unknown> {
  if (method !== 'get') return request === undefined ? undefined : bodyOf(c, request);
  return parametersOf(c, request ?? NOTHING);
}

function needsControl(): Refusal {
  return { status: 403, error: 'The token must have the role control: this one may only view.' };
}

/** The middleware refuses requests without a role. */
function roleOf(c: Context<ConsoleEnv>): Role {
  return c.env.role ?? 'view';
}

async function startLive(c: Context<ConsoleEnv>, live: LiveStreams): Promise<Response> {
  if (c.req.method === 'HEAD') return methodResponse(['GET']);
  const { source, after } = viewSource(rawParametersOf(c));
  await live.start(roleOf(c), source, after, c.env.outgoing);
  return RESPONSE_ALREADY_SENT;
}

function addDocument(app: ConsoleApp, api: ConsoleApi): void {
  let document: object | undefined;
  app.get(`${BASE}/openapi.json`, (c) => c.json((document ??= openApiDocument(api.versions.console))));
}

/**
 * Refuses other methods of existing paths. Added after the routes, so that it only sees requests that they do not
 * answer.
 */
function addMethods(app: ConsoleApp): void {
  const methods = new Map<string, string[]>([
    [`${BASE}/live`, ['GET']],
    [`${BASE}/openapi.json`, ['GET']],
    ['/health', ['GET']],
  ]);
  for (const { path, method } of ENDPOINTS) {
    const full = `${BASE}/${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    methods.set(full, [...(methods.get(full) ?? []), method.toUpperCase()]);
  }
  for (const [path, allowed] of methods) {
    app.on(['GET', 'POST', 'PUT', 'DELETE'], path, () => methodResponse(allowed));
  }
}

function methodResponse(allowed: readonly string[]): Response {
  const methods = allowed.join(', ');
  return refused({ status: 405, error: `The method must be ${methods}.`, headers: { Allow: methods } });
}

function pageResponse(c: Context, page: PageFiles): Response | undefined {
  const file = page.at(c.req.path);
  if (file === undefined) return undefined;
  return c.body(file.content, 200, { 'Content-Type': file.type, 'Cache-Control': 'no-cache' });
}

function notFoundResponse(c: Context): Response {
  if (c.req.path === '/') return c.text(NO_PAGE, 404);
  return refused({ status: 404, error: `There is nothing at ${c.req.path.slice(0, 100)}.` });
}

/** A refusal as a response. */
function refused({ status, error, headers }: Refusal): Response {
  return Response.json({ error }, { status, headers: { ...headers } });
}

function errorResponse(error: unknown, onFault: (error: unknown) => void): Response {
  if (error instanceof ApiError)
    return Response.json(error.failure, {
      status: error.status,
      headers: error.status === 429 ? { 'Retry-After': '5' } : {},
    });
  onFault(error);
  return refused({ status: 500, error: 'The console failed to answer because of an internal error.' });
}
