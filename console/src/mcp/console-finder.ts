import { isSameAddress } from '../access/console-address.js';
import { isSameService, type ConsoleEntry } from '../processes/registry-entry.js';
import { RegistryError } from '../processes/registry-folder.js';
import { ToolError } from './tool-error.js';
import { shown } from './untrusted.js';

/** The address of a console, and its secret. */
export interface Target {
  /** Without the token. */
  readonly url: string;
  readonly token: string;
  /** Undefined for an address that is not in the list of running consoles. */
  readonly entry: ConsoleEntry | undefined;
}

export interface FinderOptions {
  readonly pid?: number | undefined;
  readonly url?: string | undefined;
  /** Token for `url`. Default: from the list of running consoles. */
  readonly token?: string | undefined;
  readonly listRunning: () => Promise<readonly ConsoleEntry[]>;
}

/** There is no console yet; the service may be starting. */
export class NoConsole extends ToolError {}

/** Maximum number of consoles named in an answer. */
const MAX_LISTED = 20;

const MAX_CHOICES = 100;

/**
 * Finds the console anew for each call in the list of running ones, because a restarted service has another process,
 * address and token.
 */
export class ConsoleFinder {
  readonly #options: FinderOptions;
  /** The last console of each service or pid that was chosen. The console of the next process replaces it. */
  readonly #chosen = new Map<string, ConsoleEntry>();

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  /**
   * @param service name or pid chosen by the agent
   * @throws ToolError with the consoles to choose from, or how to start one
   */
  async find(service: string | undefined): Promise<Target> {
    const { url, token } = this.#options;
    const running = await this.#list();
    if (url !== undefined) return byAddress(url, token, running);
    const [newest, ...others] = this.#candidates(running, service);
    if (newest === undefined) throw nothingFound(running, service);
    if (others.some((other) => !isSameService(other, newest)))
      throw new ToolError(
        `Several services run: call again with the argument service, a name or a pid of this list.\n${listOf(running)}`,
      );
    return { url: newest.url, token: newest.token, entry: newest };
  }

  async #list(): Promise<readonly ConsoleEntry[]> {
    try {
      return await this.#options.listRunning();
    } catch (error) {
      const suffices = this.#options.url !== undefined && this.#options.token !== undefined;
      if (suffices) return [];
      if (error instanceof RegistryError) throw new ToolError(`${error.message}.`);
      throw error;
    }
  }

  /** Newest first. */
  #candidates(running: readonly ConsoleEntry[], service: string | undefined): readonly ConsoleEntry[] {
    const { pid } = this.#options;
    if (service !== undefined) {
      return this.#chosenBy(service, running, (entry) => entry.service === service || String(entry.pid) === service);
    }
    return pid === undefined ? running : this.#chosenBy('', running, (entry) => entry.pid === pid);
  }

  #chosenBy(
    choice: string,
    running: readonly ConsoleEntry[],
    matches: (entry: ConsoleEntry) => boolean,
  ): readonly ConsoleEntry[] {
    const matching = running.filter(matches);
    const [newest] = matching;
    const last = newest ?? this.#chosen.get(choice);
    if (last === undefined) return [];
    this.#chosen.delete(choice);
    this.#chosen.set(choice, last);
    const [oldest] = this.#chosen.keys();
    if (this.#chosen.size > MAX_CHOICES && oldest !== undefined) this.#chosen.delete(oldest);
    return newest === undefined ? running.filter((entry) => isSameService(entry, last)) : matching;
  }
}

function byAddress(url: string, given: string | undefined, running: readonly ConsoleEntry[]): Target {
  const entry = running.find((each) => isSameAddress(each.url, url));
  const token = given ?? entry?.token;
  if (token === undefined) {
    throw new NoConsole(
      `No console is listed at ${url}: start the service, or set OTEL_SPAN_CACHE_CONSOLE_TOKEN to the token of the console there.`,
    );
  }
  return { url, token, entry };
}

function nothingFound(running: readonly ConsoleEntry[], service: string | undefined): ToolError {
  if (running.length > 0) {
    const what =
      service === undefined
        ? 'The process that --pid names has no console'
        : `No console runs for ${shown(service, 60)}`;
    return new NoConsole(`${what}. Running are:\n${listOf(running)}`);
  }
  return new NoConsole(
    'No console is running: start the service with "npx otel-span-cache-console run app.js", or call serveConsole(cache) in it; then call this tool again.',
  );
}

function listOf(running: readonly ConsoleEntry[]): string {
  const lines = running
    .slice(0, MAX_LISTED)
    .map(({ service, pid, url }) => `  service ${JSON.stringify(shown(service, 60))}, pid ${pid}, ${url}`);
  const more = running.length - MAX_LISTED;
  return (more > 0 ? [...lines, `  ${more} more`] : lines).join('\n');
}
