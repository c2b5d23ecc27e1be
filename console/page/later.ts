/*
 * Everything that the first rows do not need, in one script loaded on demand: all screens except the first, files and
 * commands. One script compresses better than several, and so do similar modules next to each other: hence this order.
 */

export { openFile } from './files/opened.js';
export { SaveDialog } from './files/save-dialog.js';
export { loadTraces } from './files/load-traces.js';
export { FileScreen } from './screens/file.js';
export { TraceScreen } from './screens/trace.js';
export { TimeScreen } from './screens/time.js';
export { StacksScreen } from './screens/stacks.js';
export { ErrorsScreen } from './screens/errors.js';
export { LogsScreen } from './screens/logs.js';
export { OpenScreen } from './screens/open.js';
export { Palette } from './palette/palette.js';
