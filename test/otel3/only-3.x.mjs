import { registerHooks } from 'node:module';

/*
 * Refuses every module of the 2.x line: an import that 3.x has no package for would find it further up,
 * in the repository's own node_modules, and the tests would run on the wrong SDK unnoticed.
 */

const own = new URL('node_modules/@opentelemetry/', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    if (resolved.url.includes('/node_modules/@opentelemetry/') && !resolved.url.startsWith(own)) {
      throw new Error(`${specifier} is not of the 3.x line: ${resolved.url}`);
    }
    return resolved;
  },
});
