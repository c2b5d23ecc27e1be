import { counted } from '../../src/text/units.js';

interface Looked {
  readonly partial: boolean;
  readonly givenUp?: number;
}

interface UnfinishedProps {
  readonly answer: Looked | undefined;
  readonly noun: string;
  /** Searches on, if the answer has a cursor. */
  readonly onMore?: () => void;
}

/** Marks a list that is incomplete because the time limit was reached. */
export function Unfinished({ answer, noun, onMore }: UnfinishedProps) {
  if (answer === undefined) return null;
  const { partial, givenUp = 0 } = answer;
  return (
    <>
      {partial && <span class="warn">not all were searched: the time limit was reached</span>}
      {partial && onMore && (
        <button type="button" onClick={onMore}>
          search on
        </button>
      )}
      {givenUp > 0 && (
        <span class="warn num">whether {counted(givenUp, noun)} match is not known: the query is slow</span>
      )}
    </>
  );
}
