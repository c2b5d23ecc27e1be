/**
 * The shop's logger. Every line also becomes a log record of the active span.
 *
 * The terminal is for the traces, which show the lines where they were written; set LOG_FILE to
 * have them as JSON too, e.g. LOG_FILE=shop.log.
 */
import pino from 'pino';

const nowhere = { write() {} };

export const logger = pino(
  { level: process.env.LOG_LEVEL ?? 'info' },
  process.env.LOG_FILE ? pino.destination(process.env.LOG_FILE) : nowhere,
);
