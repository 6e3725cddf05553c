import type { Logger } from './logger';

const nothing = () => undefined;

/** Says nothing. For tests. */
export const silentLogger: Logger = Object.freeze({
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  child: () => silentLogger,
});
