import { render } from 'preact';
import { connection, startLive } from './api/live.js';
import { App } from './app.js';
import { startDrop } from './files/drop.js';
import { startKeys } from './keys/keys.js';
import { later } from './parts/on-demand.js';
import { startConsole } from './state/console.js';
import { followAddress } from './state/route.js';
import { effect } from './state/signal.js';
import { startTheme } from './state/theme.js';
import { takeToken } from './state/token.js';

/**
 * Delay before the rest is loaded. The rows come first; but once everything is loaded, the page keeps all its screens
 * even if the service ends.
 */
const LATER_MILLIS = 2_000;

takeToken();
followAddress();
startTheme();
startKeys();
startLive();
startConsole();
startDrop();
render(<App />, document.querySelector('#page')!);

const stop = effect(() => {
  if (connection.value !== 'live') return;
  setTimeout(() => {
    stop();
    later().catch(() => undefined);
  }, LATER_MILLIS);
});
