import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Matches the innermost package of a file's path. */
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** Names of the packages loaded as CommonJS, by `require` or `import`. ES modules cannot be listed. */
export function loadedPackages(): Set<string> {
  const files = Object.keys(createRequire(join(process.cwd(), 'package.json')).cache);
  const names = files.map((file) => PACKAGE.exec(file)?.[1]?.replaceAll('\\', '/'));
  return new Set(names.filter((name) => name !== undefined));
}
