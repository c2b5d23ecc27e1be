import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../../test/installed.js';

/* Runs knip on the repository. It is installed here: not with `npm ci`, which wants the packages of all platforms. */

const HERE = fileURLToPath(new URL('.', import.meta.url));

installLocked(HERE, ['install', '--no-save']);
const knip = join(HERE, 'node_modules/knip/bin/knip.js');
const { status } = spawnSync(process.execPath, [knip, '--config', '.ci/knip/config.ts'], {
  cwd: join(HERE, '../..'),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
