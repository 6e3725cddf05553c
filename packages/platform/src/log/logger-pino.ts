import pino from 'pino';
import { currentSpanIds } from '../tracing/spans';
import { escapeControls } from './escape-controls';
import type { LogFields, Logger, LogLevel } from './logger';
import { serializeFields } from './serialize-fields';

/** Where lines go: each call is one whole line, line break included. */
export interface LogDestination {
  write(line: string): void;
}

export interface LoggerOptions {
  service: string;
  /** Least important level that is written; `info` by default. */
  level?: LogLevel;
  /** Standard output by default, written synchronously: nothing is lost when the process ends. */
  destination?: LogDestination;
}

/** Makes the logger of a process. No line holds a character that a terminal acts on. */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? pino.destination({ dest: 1, sync: true });
  return adapt(
    pino(
      {
        level: options.level ?? 'info',
        messageKey: 'message',
        base: { service: options.service },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        mixin: () => {
          const ids = currentSpanIds();
          return ids === undefined ? {} : { trace_id: ids.traceId, span_id: ids.spanId };
        },
      },
      { write: (line: string) => void destination.write(escapeControls(line)) },
    ),
  );
}

function adapt(lines: pino.Logger): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (!lines.isLevelEnabled(level)) return;
    if (fields === undefined) lines[level](message);
    else lines[level](serializeFields(fields), message);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: (fields) => adapt(lines.child(serializeFields(fields))),
  };
}
