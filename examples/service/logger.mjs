/**
 * The shop's logger. Every line also becomes a log record of the active span.
 *
 * The terminal shows the traces, which include the log lines. Set LOG_FILE to also write the lines as JSON, for example
 * LOG_FILE=shop.log.
 */
import pino from 'pino';

const nowhere = { write() {} };

export const logger = pino(
  { level: process.env.LOG_LEVEL ?? 'info' },
  process.env.LOG_FILE ? pino.destination(process.env.LOG_FILE) : nowhere,
);
