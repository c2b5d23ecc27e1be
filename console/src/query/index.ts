export { complete } from './complete.js';
export { Query, queryParser } from './query.js';
export type { SelfOf } from './trace-view.js';
export { ValueIndex } from './value-index.js';
