import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const packageFile = createRequire(import.meta.url).resolve('typescript/package.json');
const TSC = join(dirname(packageFile), 'bin', 'tsc');

/**
 * Type-checks a file, strictly, apart from any tsconfig.json. Returns what the compiler says: nothing,
 * if all is well.
 */
export function compile(file: string, ...flags: string[]): Promise<string> {
  const always = ['--ignoreConfig', '--noEmit', '--pretty', 'false', '--strict', '--target', 'es2022'];
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, ...always, ...flags, file], (error, stdout, stderr) => {
      const said = stdout + stderr;
      resolve(error !== null && said === '' ? error.message : said);
    });
  });
}
