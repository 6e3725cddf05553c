import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorBody, type ErrorCode } from '@chat-app/protocol';

/** Why a handshake is refused. */
export interface Refusal {
  code: ErrorCode;
  message: string;
  /** When trying again makes sense, milliseconds. */
  retryAfterMs?: number;
  headers?: Readonly<Record<string, string>>;
  /** Who is refused, where that is known: for the audit log. */
  userId?: string;
}

/** Answers an upgrade request with an HTTP status and the error as JSON, and ends the connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, retryable } = ERRORS[refusal.code];
  const body: ErrorBody = {
    error: {
      code: refusal.code,
      message: refusal.message,
      retryable,
      ...(refusal.retryAfterMs !== undefined && { retry_after_ms: refusal.retryAfterMs }),
    },
  };
  const text = JSON.stringify(body);
  const headers = {
    Connection: 'close',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
    'Cache-Control': 'no-store',
    ...(refusal.retryAfterMs !== undefined && { 'Retry-After': String(Math.ceil(refusal.retryAfterMs / 1_000)) }),
    ...refusal.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.once('finish', () => socket.destroy());
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', text].join('\r\n'));
}
