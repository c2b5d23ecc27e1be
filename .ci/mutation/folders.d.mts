/** Test files, as globs, by the folder of `src/`. */
export declare const FOLDERS: Readonly<Record<string, readonly string[]>>;
export declare const SLOW: readonly string[];
