/**
 * This file's folder, in both builds. Undefined when bundled into an ES module, which has no such name.
 *
 * CommonJS, because the name is of that; and nothing else in here, because a bundler takes no `require()` into an
 * ES module.
 */
export const FOLDER: string | undefined = typeof __dirname === 'string' ? __dirname : undefined;
