import type { ConsoleApi } from '../api/console-api.js';
import type { Coverage } from '../api/schemas.js';
import { windowOf } from '../api/window.js';
import { Answer } from './answer.js';
import { pageLink, type LinkedPlace } from './page-link.js';

/** The environment of a tool call. */
export interface Surroundings {
  readonly api: ConsoleApi;
  /** Origin of the page in the client's view. */
  readonly origin: string;
  /** Aborted when the client cancels the call. */
  readonly signal: AbortSignal;
  /** A random text for the fence around untrusted data. */
  readonly nonce: string;
}

/** One call of a tool, with validated input. */
export class Call<Input extends { readonly budget?: number | undefined }> {
  readonly api: ConsoleApi;
  readonly input: Input;
  readonly signal: AbortSignal;
  readonly #origin: string;
  readonly #nonce: string;

  constructor(input: Input, { api, origin, signal, nonce }: Surroundings) {
    this.api = api;
    this.input = input;
    this.signal = signal;
    this.#origin = origin;
    this.#nonce = nonce;
  }

  /** An answer that contains only its end. */
  answer(coverage: Coverage, place: Omit<LinkedPlace, 'epoch'>, budget: number): Answer {
    const link = pageLink(this.#origin, { ...place, epoch: this.api.epoch });
    return new Answer(budget, this.#nonce, { link, coverage });
  }

  /** A window as `from..to`, for both the request and the link. */
  fixedWindow(window: string | undefined): string {
    const { from, to } = windowOf(window, this.api.now());
    return `${Math.floor(from)}..${Math.ceil(to)}`;
  }
}
