import { registryEntry } from './registry-entry.js';

/*
 * Prints the entry for OpenTelemetry's registry, and the file that it goes to:
 *
 *   npm run registry-entry -- https://github.com/…
 */

const [repository] = process.argv.slice(2);
if (repository?.startsWith('https://')) {
  process.stdout.write(registryEntry(repository, new Date().toISOString().slice(0, 10)));
} else {
  process.stderr.write('say the URL of the repository: npm run registry-entry -- https://…\n');
  process.exitCode = 1;
}
