import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The innermost package of a file. */
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** The packages that are loaded as CommonJS, also by import. Those of ES modules cannot be seen. */
export function loadedPackages(): Set<string> {
  const files = Object.keys(createRequire(join(process.cwd(), 'package.json')).cache);
  const names = files.map((file) => PACKAGE.exec(file)?.[1]?.replaceAll('\\', '/'));
  return new Set(names.filter((name) => name !== undefined));
}
