/*
 * What `using` and `await using` work with, for compilers and `lib` settings that do not have it.
 *
 * TypeScript has these declarations from 5.2 on, in `esnext.disposable`. They merge with those, and with the ones of
 * `@types/node`, which are the same.
 */

declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }

  interface Disposable {
    [Symbol.dispose](): void;
  }

  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>;
  }
}

type Sync = Disposable;
type Async = AsyncDisposable;

/** To be imported by each public declaration that is disposable: the import is what brings the global types along. */
export type { Async as AsyncDisposable, Sync as Disposable };
