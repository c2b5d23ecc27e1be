/** One line of a table. */
export interface Row {
  readonly id: string;
  readonly group: Group;
  /** First cell of the row. */
  readonly what: string;
  readonly unit?: 'MB' | 'ms' | 'µs' | '/s';
  /** One or two sentences on how it is measured. */
  readonly how: string;
}

/** A group is measured at once. */
export type Group = 'install' | 'start' | 'spans' | 'rate' | 'security';

export const GROUPS: Readonly<Record<Group, string>> = {
  install: 'Installation',
  start: 'Start',
  spans: 'Spans and memory',
  rate: 'Rate',
  security: 'Security, with the defaults',
};

export const ROWS = [
  {
    id: 'packages',
    group: 'install',
    what: 'Packages in `node_modules`',
    how: 'Each is installed by its lock file into an empty project. Packages are counted by their `package.json`.',
  },
  {
    id: 'bytes',
    group: 'install',
    what: 'Size of `node_modules`',
    unit: 'MB',
    how: 'The bytes of all files in the same folders are added up.',
  },
  {
    id: 'nodes',
    group: 'install',
    what: 'Serves its page on Node.js',
    how: 'The program is started with each of 20, 22, 24 and 26, and `GET /` has to be answered with 200.',
  },
  {
    id: 'takes',
    group: 'install',
    what: 'Takes spans as',
    how: 'One request in each encoding is posted to its receiver. It counts if the program then shows the spans.',
  },
  {
    id: 'start-cpu',
    group: 'start',
    what: 'CPU time until its page is served',
    unit: 'ms',
    how: 'CPU time of the whole process when `GET /` is first answered with 200, from `/proc`, in steps of 10 ms. Median, in turn with the others.',
  },
  {
    id: 'start-wall',
    group: 'start',
    what: 'Time until its page is served',
    unit: 'ms',
    how: 'Wall-clock time of the same starts, by a request every 5 ms.',
  },
  {
    id: 'cpu-protobuf',
    group: 'spans',
    what: 'CPU time per span, OTLP protobuf',
    unit: 'µs',
    how: '100,000 spans of 10,000 traces are sent to a new process, 500 in each request, with four requests on their way. CPU time of the whole process is divided by the number of spans.',
  },
  {
    id: 'cpu-json',
    group: 'spans',
    what: 'CPU time per span, JSON',
    unit: 'µs',
    how: 'Another 20,000 spans as OTLP JSON. Spotlight gets its 100,000 spans as JSON envelopes of one trace each, as its SDKs send them, while a client reads its stream.',
  },
  {
    id: 'idle-memory',
    group: 'spans',
    what: 'Memory after the start',
    unit: 'MB',
    how: 'Resident memory of the process: the least of ten readings in five seconds without requests.',
  },
  {
    id: 'memory',
    group: 'spans',
    what: 'Memory after 100,000 spans',
    unit: 'MB',
    how: 'The same, after the 100,000 spans.',
  },
  {
    id: 'kept',
    group: 'spans',
    what: 'Spans kept of 100,000',
    how: 'The number that its own API then shows. Spotlight has no such number, so its stream is read from the start.',
  },
  {
    id: 'slow-client',
    group: 'spans',
    what: 'Memory that a client costs that never reads',
    unit: 'MB',
    how: 'A client opens the live stream and never reads, while 50,000 spans are sent. The memory of the same moment in a process without that client is subtracted.',
  },
  {
    id: 'rate',
    group: 'rate',
    what: 'Highest rate without a loss',
    unit: '/s',
    how: 'Spans are sent at rates from 200 to 40,000 a second, each about twice the one before, for three seconds, to a new process each time. A rate counts if, in one of three tries, all requests are answered with 200 within a further second, and 5 s later its API shows all spans.',
  },
  {
    id: 'listens',
    group: 'security',
    what: 'Listens on',
    how: 'The addresses on which the process listens, from `/proc/net/tcp` and `tcp6`.',
  },
  {
    id: 'outside',
    group: 'security',
    what: 'Calls other machines',
    how: 'The variables of the environment name a proxy on loopback, which refuses everything. The hosts that the program asks it for during the probes are listed.',
  },
  {
    id: 'no-token',
    group: 'security',
    what: 'Any program on the machine reads spans',
    how: 'Requests for the spans and for the live stream, without a secret.',
  },
  {
    id: 'foreign-read',
    group: 'security',
    what: 'A page of another site reads spans',
    how: 'The same requests with the `Origin` of another site. It can read if the answer has a span and a CORS header for that origin, or if a WebSocket opens.',
  },
  {
    id: 'port-read',
    group: 'security',
    what: 'A page of another port of localhost reads spans',
    how: 'The same with the origin `http://localhost:3000`.',
  },
  {
    id: 'rebinding-read',
    group: 'security',
    what: 'A page reads spans by DNS rebinding',
    how: 'The same requests with a foreign name in `Host`, as a browser sends them when that name resolves to loopback. It can read if the answer has a span.',
  },
  {
    id: 'foreign-clear',
    group: 'security',
    what: 'A page of another site clears the spans',
    how: 'The request that clears, as a browser sends it from another site: with a preflight where the method or the content type requires one, else at once.',
  },
  {
    id: 'foreign-ingest',
    group: 'security',
    what: 'A page of another site adds spans',
    how: 'Spans posted from another site, as plain text and, after a preflight, with their content type. It counts if the program then shows them.',
  },
] as const satisfies readonly Row[];

export type RowId = (typeof ROWS)[number]['id'];
