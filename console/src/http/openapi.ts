import { z } from 'zod';
import * as schemas from '../api/schemas.js';
import { ENDPOINTS, type Endpoint } from './endpoints.js';

type Json = Record<string, unknown>;

/** Refusals that every endpoint may return. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is wrong',
  401: 'No token, or a wrong one',
  403: 'Another origin, or a token without this permission',
  421: 'A Host that is not allowed',
  426: 'Another protocol number',
  429: 'Too many failures, or too many streams',
  503: 'The service does not answer',
};

/** The OpenAPI 3.1 description of the API, derived from the schemas that validate requests and type answers. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of ENDPOINTS) {
    const path = `/api/v${schemas.PROTOCOL}/${endpoint.path}`;
    paths[path] = { ...paths[path], [endpoint.method]: operationOf(endpoint) };
  }
  paths[`/api/v${schemas.PROTOCOL}/live`] = { get: liveOperation() };
  paths['/health'] = { get: healthOperation() };
  return {
    openapi: '3.1.0',
    info: { title: 'otel-span-cache-console', version },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { failure: jsonSchema(schemas.failure), frame: jsonSchema(schemas.frame) },
    },
  };
}

function operationOf({ summary, method, path, request, answer, notFound }: Endpoint): Json {
  return {
    summary,
    ...(method === 'get' ? { parameters: parametersOf(request, path) } : { requestBody: bodyOf(request) }),
    responses: {
      200: { description: summary, content: jsonContent(answer.extend(schemas.stamp.shape)) },
      ...(notFound === undefined ? {} : { 404: { description: 'Not retained', content: jsonContent(notFound) } }),
      ...refusals(),
    },
  };
}

function liveOperation(): Json {
  const frame = { 'text/event-stream': { schema: { $ref: '#/components/schemas/frame' } } };
  return {
    summary: 'A view as a stream of frames: a snapshot, then changes. Takes the parameters of the view’s endpoint too',
    parameters: parametersOf(schemas.liveRequest, 'live'),
    responses: { 200: { description: 'Each event has a frame as its data', content: frame }, ...refusals() },
  };
}

function healthOperation(): Json {
  return {
    summary: 'Name of the service, and epoch',
    security: [],
    responses: { 200: { description: 'The console is running', content: jsonContent(schemas.health) } },
  };
}

function parametersOf(request: z.ZodObject | undefined, path: string): Json[] {
  return Object.entries(request?.shape ?? {}).map(([name, schema]) => {
    const inPath = path.includes(`{${name}}`);
    return {
      name,
      in: inPath ? 'path' : 'query',
      required: inPath || !(schema as z.ZodType).safeParse(undefined).success,
      schema: jsonSchema(schema as z.ZodType),
    };
  });
}

function bodyOf(request: z.ZodObject | undefined): Json {
  return { required: true, content: jsonContent(request ?? z.strictObject({})) };
}

function refusals(): Json {
  const failure = { 'application/json': { schema: { $ref: '#/components/schemas/failure' } } };
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [status, { description, content: failure }]),
  );
}

function jsonContent(schema: z.ZodType): Json {
  return { 'application/json': { schema: jsonSchema(schema) } };
}

/** The dialect is omitted, because 2020-12 is the default of OpenAPI 3.1. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output' });
  return json;
}
