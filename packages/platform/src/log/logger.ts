/**
 * Structured logging: one JSON line per event on standard output, with `time`, `level`, `service`, `message`, the fields
 * given, and `trace_id` and `span_id` of the span in force. Fields named password, token, refresh_token, content,
 * authorization or secret are redacted.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** An `error` field that is an Error is written with its code, stack and causes. */
  error(message: string, fields?: LogFields): void;
  fatal(message: string, fields?: LogFields): void;
  /** A logger whose lines carry these fields too. */
  child(fields: LogFields): Logger;
}
