import type { StackRow } from '../../src/api/schemas.js';
import { grouped } from '../../src/text/units.js';
import { ComparedCells } from '../compare/change.js';
import { FoldButton } from '../parts/fold-button.js';
import { ListRow, type RowPlace } from '../parts/list.js';
import { Spark } from '../parts/spark.js';
import { line } from '../text/shown.js';
import { COLUMNS } from './stacks-columns.js';
import type { StackLine } from './stacks-tree.js';

const INDENT = 16;

interface RowProps extends RowPlace {
  readonly stack: StackLine;
  readonly folded: boolean;
  readonly comparing: boolean;
  readonly onSelect: (index: number) => void;
  readonly onFold: (id: number) => void;
}

/** A call path with its figures, or with their changes since a mark. */
export function Row({ stack: { row, depth, parts }, folded, comparing, onFold, ...place }: RowProps) {
  return (
    <ListRow {...place}>
      <td style={{ paddingLeft: `${14 + Math.min(depth, 14) * INDENT}px` }}>
        {parts > 0 ? <FoldButton folded={folded} onFold={() => onFold(row.id)} /> : <span class="fold" />}
        <span class={depth === 0 ? 'root-name' : ''}>{line(row.name, 200) || '(no name)'}</span>
        {row.value !== null && <span class="split-value"> {line(row.value, 100)}</span>}
        {row.nPlusOne && <span class="tag">N+1</span>}
        {row.kind !== 'internal' && <span class="faint"> {row.kind}</span>}
      </td>
      {comparing ? <ComparedCells row={row} /> : <FigureCells row={row} />}
      <td>
        <Spark counts={row.spark} label={`${grouped(row.calls)} calls in this window`} />
      </td>
    </ListRow>
  );
}

function FigureCells({ row }: { row: StackRow }) {
  return (
    <>
      {COLUMNS.map(({ name, text, tone }) => (
        <td key={name} class={`num ${tone?.(row) ?? ''}`}>
          {name === 'share' ? <Share row={row} text={text(row)} /> : text(row)}
        </td>
      ))}
    </>
  );
}

function Share({ row: { share }, text }: { row: StackRow; text: string }) {
  return (
    <span class="share">
      <span class="share-bar" style={{ width: `${Math.min(1, share) * 100}%` }} />
      <span>{text}</span>
    </span>
  );
}
