import { selfTimes } from '../analysis/analyse-trace.js';
import { buildRowTree } from '../analysis/row-tree.js';
import { ErrorGroups } from '../errors/error-groups.js';
import { History } from '../history/history.js';
import { Logs } from '../logs/logs.js';
import { complete, queryParser, ValueIndex } from '../query/index.js';
import { Stacks } from '../stacks/stacks.js';
import type { Parts } from './engine.js';

export interface PartsOptions {
  readonly maxSpans: number;
  readonly maxBytes: number;
  /** Start of the engine, by the console's clock. Default: the arrival of the first trace. */
  readonly since?: number;
}

/** Creates the parts of an engine. */
export function newParts({ maxSpans, maxBytes, since }: PartsOptions): Parts {
  return {
    history: new History({ maxSpans, maxBytes }),
    stacks: new Stacks(since === undefined ? {} : { since }),
    errors: new ErrorGroups(),
    logs: new Logs(),
    values: new ValueIndex(),
    parse: queryParser(({ spans }) => selfTimes(buildRowTree(spans))),
    complete,
  };
}
