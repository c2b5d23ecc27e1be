import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { ConsoleApi, Role } from '../api/console-api.js';

/** Members of `c.env` in a handler: Node's request and response, and the role of the token. */
export type ConsoleEnv = { Bindings: HttpBindings & { readonly role: Role | undefined } };

/** The application with all routes. Requests have passed the guard; requests to `/mcp` have a role. */
export type ConsoleApp = Hono<ConsoleEnv>;

/**
 * Adds routes below `/mcp`. They limit the bodies that they read, because the guard lets a body without a length pass.
 */
export type Mount = (app: ConsoleApp, api: ConsoleApi) => void | Promise<void>;
