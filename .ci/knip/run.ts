import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../../test/installed.js';

/*
 * Runs knip on the repository. Installed in this folder by `npm install`, because `npm ci` requires the optional
 * packages of all platforms in the lock file.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));

installLocked(HERE, ['install', '--no-save']);
const knip = join(HERE, 'node_modules/knip/bin/knip.js');
const { status } = spawnSync(process.execPath, [knip, '--config', '.ci/knip/config.ts'], {
  cwd: join(HERE, '../..'),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
