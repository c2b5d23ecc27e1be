/*
 * The types behind `using` and `await using`, for compilers and `lib` settings that lack them.
 *
 * TypeScript declares them from 5.2 on, in `esnext.disposable`; `@types/node` does, too. The declarations are
 * identical, so they merge.
 */

declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }

  interface Disposable {
    /** Called at the end of the block that `using` is in. */
    [Symbol.dispose](): void;
  }

  interface AsyncDisposable {
    /** Called, and awaited, at the end of the block that `await using` is in. */
    [Symbol.asyncDispose](): PromiseLike<void>;
  }
}

type Sync = Disposable;
type Async = AsyncDisposable;

/** Each public disposable declaration imports these types, because that makes the global ones available. */
export type { Async as AsyncDisposable, Sync as Disposable };
