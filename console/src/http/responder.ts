import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConsoleApi, Role } from '../api/console-api.js';
import type { Mount } from './console-app.js';
import type { Guard } from './guard.js';
import { LiveStreams } from './live/live-streams.js';
import { PageFiles } from './page-files.js';
import { consoleRoutes } from './routes.js';
import { sendResponse } from './send-response.js';

/** Parts of the server that the responder shares. */
export interface ResponderContext {
  readonly guard: Guard;
  /** Monotonic, in milliseconds. */
  readonly elapsed: () => number;
  /** Called for each error that is no refusal. */
  readonly onFault: () => void;
}

export interface ResponderOptions {
  /** Folder of the page. Default: the one that the build makes. */
  readonly pageFolder?: string | undefined;
  /** Adds routes below `/mcp`. */
  readonly mount?: Mount | undefined;
}

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/**
 * Answers the requests that the guard lets pass: by the routes, the live streams and the page.
 *
 * It is loaded, with the packages that it stands on, at the first of these requests.
 */
export class Responder {
  readonly live: LiveStreams;
  readonly #answer: Answer;
  readonly #roles: WeakMap<IncomingMessage, Role>;

  static async create(
    api: ConsoleApi,
    { guard, elapsed, onFault }: ResponderContext,
    { pageFolder, mount }: ResponderOptions = {},
  ): Promise<Responder> {
    const live = new LiveStreams(api, elapsed, onFault);
    const app = consoleRoutes({ api, live, page: new PageFiles(pageFolder), guard, onFault });
    await mount?.(app, api);
    api.showStreams(() => live.counts());
    const roles = new WeakMap<IncomingMessage, Role>();
    const answer = getRequestListener(
      async (request, env) => {
        const bindings = env as HttpBindings;
        const response = await app.fetch(request, { ...bindings, role: roles.get(bindings.incoming) });
        if (response !== RESPONSE_ALREADY_SENT) await sendResponse(response, bindings.outgoing);
        return RESPONSE_ALREADY_SENT;
      },
      { overrideGlobalObjects: false },
    );
    return new Responder(live, answer, roles);
  }

  private constructor(live: LiveStreams, answer: Answer, roles: WeakMap<IncomingMessage, Role>) {
    this.live = live;
    this.#answer = answer;
    this.#roles = roles;
  }

  /** @param role of its token; undefined on a path that is open to all */
  async answer(incoming: IncomingMessage, outgoing: ServerResponse, role: Role | undefined): Promise<void> {
    if (role !== undefined) this.#roles.set(incoming, role);
    await this.#answer(incoming, outgoing);
  }
}
