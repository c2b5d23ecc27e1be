/**
 * The real timers, taken when this module is loaded: a test that fakes the clock later does not stop
 * the deadlines of its waits.
 */
export const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
