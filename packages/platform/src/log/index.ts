export type { LogFields, Logger, LogLevel } from './logger';
export { escapeControls } from './escape-controls';
export { createLogger, type LogDestination, type LoggerOptions } from './logger-pino';
export { silentLogger } from './silent-logger';
