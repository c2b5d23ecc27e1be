import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { pidSpace, startOfProcess } from '../../src/processes/process-identity.js';
import { isSameService, parseEntry, printEntry, type ConsoleEntry } from '../../src/processes/registry-entry.js';
import { registryPlaces, type UserPlaces } from '../../src/processes/registry-folder.js';
import { listRunning, register, RegistryError, type Registration } from '../../src/processes/registry.js';
import { codePoint } from '../../../test/code-point.js';

/** No process has it: Linux allows 2^22 at most. */
const DEAD_PID = 2 ** 22 + 1;

const entryOf = (more: Partial<ConsoleEntry> = {}): ConsoleEntry => ({
  pid: process.pid,
  service: 'shop',
  url: 'http://127.0.0.1:4380/',
  token: 'secret',
  startedAt: 1_000,
  ...more,
});

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('was fulfilled'),
    (error: Error) => error,
  );
}

describe('The registry of running consoles', () => {
  let root: string;
  let user: UserPlaces;
  let folder: string;
  const registrations: Registration[] = [];
  const kept = (registration: Registration): Registration => {
    registrations.push(registration);
    return registration;
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'registry-'));
    const runtime = join(root, 'runtime');
    mkdirSync(runtime, { mode: 0o700 });
    user = {
      platform: 'darwin',
      env: { XDG_RUNTIME_DIR: runtime },
      home: join(root, 'home'),
      tmp: join(root, 'tmp'),
      uid: process.getuid?.(),
    };
    folder = join(runtime, 'otel-span-cache-console');
  });

  afterEach(() => {
    for (const registration of registrations.splice(0)) registration.remove();
    rmSync(root, { recursive: true, force: true });
  });

  /** A file that `register()` did not write. */
  function plant(name: string, content: object | string, ageMillis = 0): string {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    const seconds = (Date.now() - ageMillis) / 1_000;
    utimesSync(file, seconds, seconds);
    return file;
  }

  describe('register()', () => {
    it('lists the console until it is removed', async () => {
      const registration = kept(register(entryOf(), user));

      expect(await listRunning(user)).to.deep.equal([entryOf()]);

      registration.remove();
      registration.remove();
      expect(await listRunning(user)).to.deep.equal([]);
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it('writes a file that only the user can read, in such a folder', () => {
      kept(register(entryOf(), user));

      const [name] = readdirSync(folder);
      expect(statSync(folder).mode & 0o777).to.equal(0o700);
      expect(statSync(join(folder, name!)).mode & 0o777).to.equal(0o600);
    });

    it('keeps two consoles of one process apart', async () => {
      const first = kept(register(entryOf({ startedAt: 1 }), user));
      kept(register(entryOf({ startedAt: 2, url: 'http://127.0.0.1:4381/' }), user));

      expect((await listRunning(user)).map(({ startedAt }) => startedAt)).to.deep.equal([2, 1]);

      first.remove();
      expect((await listRunning(user)).map(({ startedAt }) => startedAt)).to.deep.equal([2]);
    });

    it('lists the console under another name, with the name at its start, in one file of the same mode', async () => {
      const registration = kept(register(entryOf({ service: 'app' }), user));
      const [file] = readdirSync(folder);

      registration.rename('shop');

      expect(await listRunning(user)).to.deep.equal([entryOf({ service: 'shop', startName: 'app' })]);
      expect(readdirSync(folder)).to.deep.equal([file]);
      expect(statSync(join(folder, file!)).mode & 0o777).to.equal(0o600);

      registration.rename('app');
      expect(await listRunning(user)).to.deep.equal([entryOf({ service: 'app' })]);
    });

    it('replaces the whole file at a change of the name: a reader of the old one reads it to the end', () => {
      const registration = kept(register(entryOf({ service: 'app' }), user));
      const file = join(folder, readdirSync(folder)[0]!);
      const old = openSync(file, 'r');

      registration.rename('shop');

      expect(parseEntry(readFileSync(old, 'utf8'))).to.include({ service: 'app' });
      expect(parseEntry(readFileSync(file, 'utf8'))).to.include({ service: 'shop', startName: 'app' });
      closeSync(old);
    });

    it('lists nothing again by a change of the name after the end', () => {
      const registration = register(entryOf(), user);
      registration.remove();

      registration.rename('other');

      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it('keeps the entry if the new name cannot be written', async () => {
      const registration = kept(register(entryOf(), user));
      const [file] = readdirSync(folder);
      writeFileSync(join(folder, file!.replace('json', 'tmp')), '');

      expect(() => registration.rename('other')).to.throw(RegistryError, 'cannot be listed');
      expect(await listRunning(user)).to.deep.equal([entryOf()]);
    });

    it('leaves no listener of the process behind', () => {
      const before = process.listenerCount('exit');

      register(entryOf(), user).remove();

      expect(process.listenerCount('exit')).to.equal(before);
    });

    it('writes to the home folder if there is no runtime folder, and to the one for temporary files at last', () => {
      mkdirSync(user.home);
      const without = { ...user, env: {} };
      kept(register(entryOf(), without));
      expect(readdirSync(join(user.home, '.otel-span-cache-console'))).to.have.length(1);

      mkdirSync(user.tmp);
      kept(register(entryOf(), { ...without, home: '' }));
      expect(readdirSync(join(user.tmp, `otel-span-cache-console-${user.uid}`))).to.have.length(1);
    });

    it('says which folders it tried if none can be written', () => {
      expect(() => register(entryOf(), { ...user, env: {} })).to.throw(
        RegistryError,
        /^no folder can be written to list the running consoles \(tried: .*home.*, .*tmp.*\)$/,
      );
    });

    it('refuses a folder that others can open', () => {
      mkdirSync(folder);
      chmodSync(folder, 0o755);

      expect(() => register(entryOf(), user)).to.throw(
        RegistryError,
        `${folder} is open to other users (mode 0755, expected 0700): the running consoles are not listed there`,
      );
    });

    it('refuses a link in the place of the folder', () => {
      mkdirSync(join(root, 'elsewhere'), { mode: 0o700 });
      symlinkSync(join(root, 'elsewhere'), folder);

      expect(() => register(entryOf(), user)).to.throw(RegistryError, 'must be a folder');
      expect(readdirSync(join(root, 'elsewhere'))).to.deep.equal([]);
    });

    it('refuses a folder of another user', () => {
      mkdirSync(user.tmp);
      const tmpOnly = { ...user, env: {}, home: '', uid: 12_345 };
      mkdirSync(join(user.tmp, 'otel-span-cache-console-12345'), { mode: 0o700 });

      expect(() => register(entryOf(), tmpOnly)).to.throw(RegistryError, `belongs to the user with the id`);
    });

    it('passes over a home that belongs to another user, as it may under sudo', () => {
      mkdirSync(user.home);
      mkdirSync(user.tmp);

      expect(() => register(entryOf(), { ...user, env: {}, uid: 12_345 })).to.throw(RegistryError, 'tmp');
      expect(readdirSync(user.home)).to.deep.equal([]);
    });

    for (const [member, value, problem] of [
      ['pid', 0, 'pid must be a positive integer, got 0'],
      ['service', 1, 'service must be a string, got number'],
      ['startName', 1, 'startName must be a string, got number'],
      ['url', 'ftp://x/', 'url must be an address with http: or https:, got ftp://x/'],
      ['token', '', 'token must be a string that is not empty'],
      ['startedAt', Number.NaN, 'startedAt must be a number of milliseconds, got NaN'],
    ] as const) {
      it(`refuses a wrong ${member}`, () => {
        expect(() => register(entryOf({ [member]: value }), user)).to.throw(TypeError, problem);
        expect(existsSync(folder)).to.equal(false);
      });
    }
  });

  describe('listRunning()', () => {
    it('has nothing to say where no console ever ran', async () => {
      expect(await listRunning(user)).to.deep.equal([]);
      expect(existsSync(folder)).to.equal(false);
    });

    it('deletes the entry of a process that is gone', async () => {
      kept(register(entryOf({ pid: DEAD_PID }), user));

      expect(await listRunning(user)).to.deep.equal([]);
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it('deletes the entry of a process whose pid another one has got', async function () {
      if (startOfProcess(process.pid) === undefined) this.skip();
      const stored = { ...entryOf(), pidSpace: pidSpace(), processStart: '1' };
      plant(`${process.pid}-0123456789abcdef.json`, printEntry(stored));

      expect(await listRunning(user)).to.deep.equal([]);
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it('keeps, without listing it, the entry of another machine or container for a week', async () => {
      const stored = { ...entryOf({ pid: DEAD_PID }), pidSpace: 'another', processStart: '1' };
      const fresh = plant(`${DEAD_PID}-0123456789abcdef.json`, stored, 6 * 24 * 3_600_000);
      const old = plant(`${DEAD_PID}-0123456789abcde0.json`, stored, 8 * 24 * 3_600_000);

      expect(await listRunning(user)).to.deep.equal([]);
      expect([fresh, old].map((file) => existsSync(file))).to.deep.equal([true, false]);
    });

    it('passes over files that are no entries, and deletes them after a minute', async () => {
      kept(register(entryOf(), user));
      const names = ['1-0123456789abcdef.json', '2-0123456789abcdef.json', '3-0123456789abcdef.tmp'];
      const [broken, huge, unfinished] = [names[0]!, names[1]!, names[2]!].map((name, index) =>
        plant(name, ['{', `"${'x'.repeat(20_000)}"`, ''][index]!, 120_000),
      );
      const fresh = plant('4-0123456789abcdef.tmp', '');
      const other = plant('notes.txt', 'mine', 120_000);

      expect(await listRunning(user)).to.deep.equal([entryOf()]);
      expect([broken!, huge!, unfinished!].map((file) => existsSync(file))).to.deep.equal([false, false, false]);
      expect([fresh, other].map((file) => existsSync(file))).to.deep.equal([true, true]);
    });

    it('looks into all folders: the service may have had another environment', async () => {
      mkdirSync(user.home);
      kept(register(entryOf({ startedAt: 1 }), { ...user, env: {} }));
      kept(register(entryOf({ startedAt: 2 }), user));

      expect(await listRunning(user)).to.have.length(2);
    });

    it('refuses a folder that others can open, if no other one lists a console', async () => {
      mkdirSync(user.home);
      mkdirSync(folder);
      chmodSync(folder, 0o777);
      expect((await rejection(listRunning(user))).message).to.match(/ is open to other users \(mode 0777/);

      kept(register(entryOf(), { ...user, env: {} }));
      expect(await listRunning(user)).to.deep.equal([entryOf()]);
    });

    describe('where the start of a process is not known', () => {
      let server: Server;
      let url: string;

      beforeEach(async () => {
        server = createServer((_, response) => response.end('{}'));
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      });

      afterEach(() => server.close());

      it('lists a console that answers, and deletes one that does not', async () => {
        const stored = { ...entryOf({ url }), pidSpace: pidSpace() };
        plant(`${process.pid}-0123456789abcdef.json`, stored);
        expect(await listRunning(user)).to.deep.equal([entryOf({ url })]);

        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        expect(await listRunning(user)).to.deep.equal([]);
        expect(readdirSync(folder)).to.deep.equal([]);
      });
    });

    it('never reads half an entry while consoles come and go', async () => {
      const seen: number[] = [];
      for (let round = 0; round < 30; round++) {
        const registration = register(entryOf(), user);
        seen.push((await listRunning(user)).length);
        registration.remove();
      }

      expect(new Set(seen)).to.deep.equal(new Set([1]));
    });
  });

  describe('registryPlaces()', () => {
    const foldersOf = (places: Partial<UserPlaces>): string[] =>
      registryPlaces({ platform: 'linux', env: {}, home: '/home/a', tmp: '/tmp', uid: 7, ...places }).map(
        ({ folder: path }) => path,
      );

    it('goes from the runtime folder to the home to the folder for temporary files', () => {
      expect(foldersOf({ env: { XDG_RUNTIME_DIR: '/run/x' } })).to.deep.equal([
        '/run/x/otel-span-cache-console',
        '/home/a/.otel-span-cache-console',
        '/tmp/otel-span-cache-console-7',
      ]);
    });

    it('takes the usual runtime folder of Linux if the variable is not set', () => {
      expect(foldersOf({})[0]).to.equal('/run/user/7/otel-span-cache-console');
      expect(foldersOf({ platform: 'darwin' })[0]).to.equal('/home/a/.otel-span-cache-console');
    });

    it('passes over a runtime folder that is not absolute', () => {
      expect(foldersOf({ env: { XDG_RUNTIME_DIR: 'x' } })).to.have.length(2);
    });

    it('takes the local profile on Windows', () => {
      const [only, ...more] = registryPlaces({
        platform: 'win32',
        env: { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' },
        home: '',
        tmp: '',
        uid: undefined,
      });

      expect(only?.folder).to.match(/^C:\\Users\\a\\AppData\\Local.otel-span-cache-console$/);
      expect(more).to.deep.equal([]);
    });
  });

  describe('parseEntry()', () => {
    it('reads the output of printEntry(), with any service name', () => {
      fc.assert(
        fc.property(fc.string({ maxLength: 1_024, unit: codePoint }), (service) => {
          const stored = { ...entryOf({ service }), pidSpace: '', processStart: undefined };

          expect(parseEntry(printEntry(stored))).to.deep.equal(stored);
        }),
      );
    });

    it('takes any other text for no entry', () => {
      fc.assert(
        fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
          expect(parseEntry(text)).to.equal(undefined);
        }),
      );
    });
  });

  it('has files without the parts that only the list of this process needs', () => {
    kept(register(entryOf(), user));

    const [name] = readdirSync(folder);
    expect(Object.keys(JSON.parse(readFileSync(join(folder, name!), 'utf8')) as object)).to.include.members([
      'pid',
      'service',
      'url',
      'token',
      'startedAt',
    ]);
  });
});

describe('isSameService()', () => {
  const app = { service: 'app' };
  const shop = { service: 'shop', startName: 'app' };
  const stock = { service: 'stock', startName: 'app' };

  it('recognises the next process of a service by its name, and before its first span by its name at the start', () => {
    const same = [
      [shop, { service: 'shop', startName: 'main' }],
      [shop, { service: 'shop' }],
      [shop, app],
      [app, shop],
    ] as const;

    for (const [one, other] of same) expect(isSameService(one, other)).to.equal(true);
  });

  it('treats two services of one program as different once both have a name', () => {
    expect(isSameService(shop, stock)).to.equal(false);
    expect(isSameService(shop, { service: 'app', startName: 'x' })).to.equal(false);
    expect(isSameService(app, { service: 'main' })).to.equal(false);
  });
});
