import * as modules from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * Refuses every OpenTelemetry package that is not of the line under test: an import that the line has no package
 * for would find it further up, in the repository's own node_modules, and the tests would run on the wrong SDK
 * unnoticed. Node 20 cannot do that; but there the same files find the same packages as on the others.
 */

const own = `${pathToFileURL(resolve('../node_modules/@opentelemetry')).href}/`;

modules.registerHooks?.({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    if (resolved.url.includes('/node_modules/@opentelemetry/') && !resolved.url.startsWith(own)) {
      throw new Error(`${specifier} is not of the line under test: ${resolved.url}`);
    }
    return resolved;
  },
});
