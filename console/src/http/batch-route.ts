import type { IncomingMessage, ServerResponse } from 'node:http';

/** A route for other processes, with its own token and limits. It reads the body itself. */
export interface BatchRoute {
  readonly path: string;
  /** Answers a POST request with a valid token. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}
