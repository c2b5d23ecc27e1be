/** Test files, as globs, by the folder of `src/`. */
export declare const FOLDERS: Readonly<Record<string, readonly string[]>>;
export declare const LEFT_OUT: readonly string[];
