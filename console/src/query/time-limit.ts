/** Thrown to stop a search whose time has run out. Internal to `query/`. */
export const TIME_IS_OVER = new Error('The time limit of the search was reached');

/** The time limit of a query's current search. Long work checks it periodically. */
export class TimeLimit {
  /** Whether the time has run out; undefined while there is no limit. */
  isOver: (() => boolean) | undefined;

  /** @throws TIME_IS_OVER */
  readonly check = (): void => {
    if (this.isOver?.() === true) throw TIME_IS_OVER;
  };
}
