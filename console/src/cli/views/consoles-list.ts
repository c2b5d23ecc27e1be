import type { ConsoleEntry } from '../../processes/registry.js';
import { beside, columnsOf, left, piece, right, type Line } from '../../text/styled.js';
import { duration } from '../../text/units.js';

/** The running consoles: pid, service, uptime, address. */
export function consolesList(consoles: readonly ConsoleEntry[], now: number, links: boolean): Line[] {
  const services = Math.min(40, Math.max(7, ...consoles.map(({ service }) => columnsOf([piece(service)]))));
  const row = (pid: Line, service: Line, up: Line, url: Line): Line =>
    beside(right(pid, 7), left(service, services), right(up, 8), url);
  return [
    row([piece('pid', 'dim')], [piece('service', 'dim')], [piece('up', 'dim')], [piece('address', 'dim')]),
    ...consoles.map((entry) =>
      row(
        [piece(String(entry.pid))],
        [piece(entry.service, 'bold')],
        [piece(duration(Math.max(0, Math.round((now - entry.startedAt) / 1_000) * 1_000)), 'dim')],
        [piece(links ? linkOf(entry) : entry.url)],
      ),
    ),
  ];
}

/** The address of the page, with the token after `#`, so that browsers send it to no server. */
export function linkOf({ url, token }: ConsoleEntry): string {
  const link = new URL(url);
  link.hash = token;
  return link.href;
}
