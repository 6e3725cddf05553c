export type { LogFields, Logger, LogLevel } from './logger';
export { createLogger, type LogDestination, type LoggerOptions } from './logger-pino';
export { silentLogger } from './silent-logger';
