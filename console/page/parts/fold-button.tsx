interface FoldButtonProps {
  readonly folded: boolean;
  readonly onFold: () => void;
}

/** Folds and unfolds the children of a row. The Tab key skips it, because arrow keys do the same. */
export function FoldButton({ folded, onFold }: FoldButtonProps) {
  return (
    <button
      type="button"
      class="fold"
      tabIndex={-1}
      aria-expanded={!folded}
      aria-label={folded ? 'Unfold' : 'Fold'}
      onClick={(event) => {
        event.stopPropagation();
        onFold();
      }}
    >
      {folded ? '▸' : '▾'}
    </button>
  );
}
