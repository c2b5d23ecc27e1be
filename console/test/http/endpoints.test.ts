import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecord, orderTrace, orphanLog } from '../api/test-console.js';
import { closeServed, serve, VIEW_TOKEN, type Answer, type Served } from './served.js';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

async function documentOf({ ask }: Served): Promise<Document> {
  return (await ask('/api/v1/openapi.json')).json as unknown as Document;
}

/** The differences between an answer and the OpenAPI document, if any. */
function faultsOf({ status, json }: Answer, document: Document, path: string, method: string): unknown {
  const schema = document.paths[path]![method]!.responses[status]!.content!['application/json']!.schema;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile({ ...schema, components: document.components });
  return validate(json) ? [] : validate.errors;
}

describe('The endpoints', () => {
  afterEach(closeServed);

  it('answer as the OpenAPI document says', async () => {
    const served = await serve();
    const { ask, add, engine, host } = served;
    const trace = orderTrace({ fails: true, queries: 7 });
    add(trace, orderTrace({ duration: 700 }));
    engine.addLog(orphanLog('alone'));
    host.open = [openRecord()];
    const document = await documentOf(served);
    const V1 = '/api/v1';
    const asked: [path: string, template: string, method?: string, body?: object][] = [
      [`${V1}/hello`, `${V1}/hello`],
      [`${V1}/stats`, `${V1}/stats`],
      [`${V1}/traces?query=status%20%3D%20error&window=1h&sort=slowest&limit=5`, `${V1}/traces`],
      [`${V1}/trace/${trace.traceId}`, `${V1}/trace/{traceId}`],
      [`${V1}/trace/${'f'.repeat(32)}`, `${V1}/trace/{traceId}`],
      [`${V1}/traces?query=duration%20%3E`, `${V1}/traces`],
      [`${V1}/stacks?sort=p95`, `${V1}/stacks`],
      [`${V1}/time?window=10m`, `${V1}/time`],
      [`${V1}/slow`, `${V1}/slow`],
      [`${V1}/errors`, `${V1}/errors`],
      [`${V1}/logs`, `${V1}/logs`],
      [`${V1}/open`, `${V1}/open`],
      [`${V1}/complete?query=http.r&at=6`, `${V1}/complete`],
      [`${V1}/sampling`, `${V1}/sampling`],
      [`${V1}/sampling`, `${V1}/sampling`, 'put', { ratio: 0.5 }],
      [`${V1}/filter`, `${V1}/filter`],
      [`${V1}/filter`, `${V1}/filter`, 'put', { minSeverity: 9 }],
      [`${V1}/filter`, `${V1}/filter`, 'post', { minSeverity: 13 }],
      [`${V1}/sampling`, `${V1}/sampling`, 'post', { ratio: 0.25 }],
      [`${V1}/mark`, `${V1}/mark`, 'post', { name: 'before' }],
      [`${V1}/clear`, `${V1}/clear`, 'post', {}],
      ['/health', '/health'],
    ];

    for (const [path, template, method = 'get', body] of asked) {
      const answer = await ask(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      expect(
        faultsOf(answer, document, template, method),
        `${method} ${path}: ${answer.text.slice(0, 300)}`,
      ).to.deep.equal([]);
    }
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const tried = new Set(asked.map(([, template, method = 'get']) => `${method} ${template}`));
    expect(described.filter((operation) => !tried.has(operation))).to.deep.equal(['get /api/v1/live']);
  });

  it('change a setting by POST as by PUT', async () => {
    const { ask } = await serve();

    const put = await ask('/api/v1/sampling', { method: 'PUT', body: '{"ratio":0.5}' });
    const post = await ask('/api/v1/sampling', { method: 'POST', body: '{"ratio":0.25}' });

    expect([put.status, post.status]).to.deep.equal([200, 200]);
    expect([put.json['ratio'], post.json['ratio']]).to.deep.equal([0.5, 0.25]);
    expect((await ask('/api/v1/sampling')).json['ratio']).to.equal(0.25);
    expect((await ask('/api/v1/filter', { method: 'POST', body: '{"x":1}' })).status).to.equal(400);
  });

  it('are described with the parameters that they take', async () => {
    const document = await documentOf(await serve());

    expect(document.openapi).to.equal('3.1.0');
    const { parameters = [] } = document.paths['/api/v1/trace/{traceId}']!['get']!;
    expect(parameters.map(({ name, in: place, required }) => [name, place, required])).to.deep.equal([
      ['traceId', 'path', true],
    ]);
    const live = document.paths['/api/v1/live']!['get']!.parameters!;
    expect(live.map(({ name, required }) => [name, required])).to.deep.equal([
      ['view', true],
      ['after', false],
    ]);
  });

  it('refuse unknown, repeated and wrong parameters by one sentence', async () => {
    const { ask } = await serve();
    const errorOf = async (path: string) => {
      const { status, json } = await ask(`/api/v1/${path}`);
      expect(status, path).to.equal(400);
      return json['error'];
    };

    expect(await errorOf('traces?limt=3')).to.equal('There is no parameter limt.');
    expect(await errorOf('hello?x=1')).to.equal('There is no parameter x.');
    expect(await errorOf('traces?limit=3&limit=4')).to.equal('The parameter limit must come only once.');
    expect(await errorOf('traces?__proto__=1')).to.equal('There is no parameter __proto__.');
    expect(await errorOf('live?view=traces&__proto__=1')).to.equal('There is no parameter __proto__.');
    expect(await errorOf('traces?limit=0')).to.match(/^The parameter limit must be/);
    expect(await errorOf('traces?sort=best')).to.equal(
      'The parameter sort must be one of "newest"|"slowest"|"spans"|"errors".',
    );
    expect(await errorOf('traces?window=soon')).to.match(/^The parameter window must be a duration such as 5m/);
    expect(await errorOf('trace/xyz')).to.match(/^The parameter traceId must be 32 hexadecimal digits/);
    expect(await errorOf('complete?query=x')).to.match(/^The parameter at must be/);
    expect(await errorOf('live?view=none')).to.match(/^The parameter view must be/);
  });

  it('say the role of the token', async () => {
    const { ask } = await serve();

    const view = await ask('/api/v1/hello', { headers: { authorization: `Bearer ${VIEW_TOKEN}` } });

    expect([view.json['role'], (await ask('/api/v1/hello')).json['role']]).to.deep.equal(['view', 'control']);
  });

  it('answer 503 while the service does not answer, and 500 with no detail for a fault', async () => {
    const { ask, host, engine, server } = await serve();
    host.available = false;
    engine.history.newestFirst = () => {
      throw new Error('/home/me/secret.js is broken');
    };

    const silent = await ask('/api/v1/open');
    const fault = await ask('/api/v1/traces');

    expect([silent.status, fault.status]).to.deep.equal([503, 500]);
    expect(fault.text).not.to.match(/secret/);
    expect(server.stats().faults).to.equal(1);
  });

  it('write a trace of many spans as the client reads it', async () => {
    const { ask, add, api } = await serve();
    const trace = orderTrace({ queries: 5_000 });
    add(trace);

    const { json, headers } = await ask(`/api/v1/trace/${trace.traceId}`);

    expect(headers['content-type']).to.equal('application/json');
    const { now, ...answer } = json;
    expect(now).to.equal(api.now());
    expect(answer).to.deep.equal(JSON.parse(JSON.stringify(api.trace(trace.traceId))));
  });

  it('show the streams of the server in the counters', async () => {
    const { ask, live } = await serve();
    await live('view=traces');

    expect((await ask('/api/v1/stats')).json['clients']).to.deep.equal({
      streams: 1,
      maxStreams: 4,
      skipped: 0,
      refused: 0,
    });
  });
});

describe('The page', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'console-page-'))));
  afterEach(async () => {
    await closeServed();
    rmSync(folder, { recursive: true });
  });

  it('is answered by one sentence until it is built', async () => {
    const { askPlain } = await serve({ pageFolder: join(folder, 'none') });

    const { status, text, headers } = await askPlain('/');

    expect(status).to.equal(404);
    expect(headers['content-type']).to.match(/^text\/plain/);
    expect(text.trim()).to.match(/^[^.]+\.$/);
  });

  it('is served without a token, its files by their types, and nothing else of the machine', async () => {
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'assets', 'page.js'), 'void 0;');
    writeFileSync(join(folder, '..', `${folder.split('/').at(-1)}-secret`), 'secret');
    const { askPlain } = await serve({ pageFolder: folder });
    const typeOf = async (path: string) => (await askPlain(path)).headers['content-type'];

    expect((await askPlain('/')).text).to.equal('<!doctype html>');
    expect(await typeOf('/')).to.equal('text/html; charset=utf-8');
    expect(await typeOf('/assets/page.js')).to.equal('text/javascript; charset=utf-8');
    for (const path of [
      `/../${folder.split('/').at(-1)}-secret`,
      '/%2e%2e/etc/passwd',
      '/assets',
      '/assets/',
      '/assets/..%2findex.html',
      '//etc/passwd',
    ])
      expect((await askPlain(path)).status, path).to.equal(404);
    rmSync(`${folder}-secret`);
  });
});
