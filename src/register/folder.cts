/**
 * This file's folder, in both builds. Undefined when bundled into an ES module, which has no `__dirname`.
 *
 * A CommonJS file, because only CommonJS has `__dirname`. Keep it free of imports: a bundler cannot put a `require()`
 * into an ES module.
 */
export const FOLDER: string | undefined = typeof __dirname === 'string' ? __dirname : undefined;
