import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A proxy on loopback that lets nothing through, and records the hosts that programs try to reach. */
export interface Outside {
  /** Variables that send programs to the proxy. */
  readonly env: Readonly<Record<string, string>>;
  readonly hosts: ReadonlySet<string>;
  close(): void;
}

export async function nothingOutside(): Promise<Outside> {
  const hosts = new Set<string>();
  const server = createServer(({ url = '' }, response) => {
    hosts.add(url);
    response.writeHead(502).end();
  });
  server.on('connect', ({ url = '' }: { url?: string }, socket: Socket) => {
    hosts.add(url);
    socket.on('error', () => {});
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'];
  return {
    env: { ...Object.fromEntries(names.map((name) => [name, proxy])), no_proxy: 'localhost,127.0.0.1,::1' },
    hosts,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
