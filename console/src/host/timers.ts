import timers from 'node:timers';

/** Node's own timer functions, captured at load time, so that fake timers installed later by a test cannot stop the console. */
export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;
