import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { cleanEnvironment } from '../../../test/environment.js';
import type { Answer } from './real-console.js';

const PROGRAM = fileURLToPath(new URL('fixtures/never-reads.mjs', import.meta.url));

describe('A client that never reads', function () {
  this.timeout(400_000);

  let home: string;
  before(() => (home = mkdtempSync(join(tmpdir(), 'otel-span-cache-console-'))));
  after(() => rmSync(home, { recursive: true, force: true }));

  it('has less than 1 MB pile up while 100,000 spans come, in a process of its own', async () => {
    const env = { ...cleanEnvironment(), XDG_RUNTIME_DIR: home, HOME: home };
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', PROGRAM], { env });
    const { before, without, rounds, withClient, afterwards, clients, lostInAll, lost, inFlight } = JSON.parse(
      stdout,
    ) as Answer;

    expect(clients.streams).to.equal(1);
    // The system's own buffers are full: frames were left out.
    expect(clients.skipped).to.be.greaterThan(0);
    expect({ lostInAll, lost, inFlight }).to.deep.equal({ lostInAll: 0, lost: 0, inFlight: 0 });
    // The slots of time that the console keeps fill up with and without a client.
    const grown = (without - before) * rounds;
    // The spans that the client has not read would take over 40 MB.
    expect((withClient - without - grown) / 2 ** 20, 'MB more than without the client').to.be.lessThan(1);
    expect((withClient - afterwards) / 2 ** 20, 'MB that its end frees').to.be.lessThan(1);
  });
});
