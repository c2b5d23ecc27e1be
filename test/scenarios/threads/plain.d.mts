import type { ReadableSpan } from '../../../src/index.js';

export function plain(span: ReadableSpan): Record<string, unknown> & { attributes: object };
