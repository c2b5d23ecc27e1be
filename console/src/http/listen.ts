import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const MAX_PORT = 65_535;

/** Number of ports to try. */
const TRIES = 100;

export interface ListenRequest {
  /** 0: any port. */
  readonly port: number;
  /** Whether to use the next free port if `port` is taken. */
  readonly orNext: boolean;
  /** The machine must have the first address; others may be missing. */
  readonly addresses: readonly string[];
}

export interface Listening {
  readonly port: number;
  readonly servers: readonly Server[];
}

/**
 * Listens on the same port of all addresses.
 *
 * @param newServer creates the server for one address
 * @throws {Error} if it cannot listen
 */
export async function listen(request: ListenRequest, newServer: () => Server): Promise<Listening> {
  let port = request.port;
  for (let tries = 1; ; tries++) {
    try {
      return await listenAt(port, request.addresses, newServer);
    } catch (error) {
      const isTaken = codeOf(error) === 'EADDRINUSE' || codeOf(error) === 'EACCES';
      if (!isTaken || (!request.orNext && port !== 0) || tries === TRIES) throw notListening(request, port, error);
      if (port !== 0) port = port === MAX_PORT ? 1_024 : port + 1;
    }
  }
}

function notListening({ port, orNext, addresses }: ListenRequest, last: number, cause: unknown): Error {
  const ports = orNext && last !== port ? `any port from ${port} to ${last}` : `port ${port}`;
  return new Error(`the console cannot listen on ${ports} of ${addresses.join(' and ')}: ${(cause as Error).message}`, {
    cause,
  });
}

async function listenAt(wanted: number, addresses: readonly string[], newServer: () => Server): Promise<Listening> {
  const servers: Server[] = [];
  let port = wanted;
  try {
    for (const address of addresses) {
      const server = newServer();
      const opened = await openServer(server, port, address, servers.length > 0);
      if (!opened) continue;
      servers.push(server);
      port = (server.address() as AddressInfo).port;
    }
    return { port, servers };
  } catch (error) {
    await Promise.all(servers.map(closed));
    throw error;
  }
}

/** @param optional whether to return false, instead of throwing, if this machine lacks the address */
async function openServer(server: Server, port: number, host: string, optional: boolean): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog: 64 }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return true;
  } catch (error) {
    if (optional && ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** Closes a server, and resolves when it has closed. */
export async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
