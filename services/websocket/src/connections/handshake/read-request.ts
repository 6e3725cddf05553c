import type { IncomingMessage } from 'node:http';
import { BEARER_SUBPROTOCOL_PREFIX, DeviceId, isUuid, newId, SUBPROTOCOL } from '@chat-app/protocol';
import type { Refusal } from './refuse-upgrade';

/** What an upgrade request asks for, read but not yet trusted. */
export interface HandshakeRequest {
  /** User named by the path, lower case. */
  pathUser: string | undefined;
  deviceId: string;
  /** Whether the client named its device. */
  named: boolean;
}

/** What nearly every client asks for: nothing in it that a URL could say in another way. */
const PLAIN_TARGET = /^(\/ws(?:\/[\w-]+)?)(?:\?((?!\?)[!-"$-~]*))?$/;
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Reads path, method and the WebSocket headers (RFC 6455, section 4.2.1), or says why it is no handshake for us. */
export function readRequest(request: IncomingMessage): HandshakeRequest | Refusal {
  const target = readTarget(request.url ?? '');
  const [path, pathUser] = /^\/ws(?:\/([^/]+))?$/.exec(target?.path ?? '') ?? [];
  if (target === undefined || path === undefined) {
    return { code: 'not_found', message: 'sockets are opened at /ws and /ws/{user_id}' };
  }
  if (request.method !== 'GET') {
    return { code: 'method_not_allowed', message: 'a WebSocket is opened with GET', headers: { Allow: 'GET' } };
  }
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    return { code: 'upgrade_required', message: 'Upgrade must be websocket', headers: { Upgrade: 'websocket' } };
  }
  if (request.headers['sec-websocket-version'] !== '13') {
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    return { code: 'upgrade_required', message: 'Sec-WebSocket-Version must be 13', headers };
  }
  if (!WEBSOCKET_KEY.test(request.headers['sec-websocket-key'] ?? '')) {
    return { code: 'invalid_request', message: 'Sec-WebSocket-Key: must be 16 bytes in base64' };
  }
  const named = target.query.get('device_id');
  const deviceId = DeviceId.safeParse(named ?? newId());
  if (!deviceId.success) {
    return { code: 'invalid_request', message: `device_id: ${deviceId.error.issues[0]?.message ?? 'is invalid'}` };
  }
  return { pathUser: pathUser?.toLowerCase(), deviceId: deviceId.data, named: named !== null };
}

/** Whether the user a path names is the user of the token. A path without a user fits every token. */
export function isPathOf(request: HandshakeRequest, userId: string): boolean {
  return request.pathUser === undefined || (isUuid(request.pathUser) && request.pathUser === userId.toLowerCase());
}

/**
 * The access token: from `Authorization: Bearer`, or where a browser cannot set that, from the offered subprotocols
 * `chat.v1, bearer.<jwt>`. Never from the query: it would end up in logs.
 */
export function readToken(request: IncomingMessage): string | undefined {
  const [, token] = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token !== undefined) return token;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  // A browser fails a connection whose server picks none of its offers, so the bearer alone is unusable.
  if (!offered.includes(SUBPROTOCOL)) return undefined;
  return offered.find((name) => name.startsWith(BEARER_SUBPROTOCOL_PREFIX))?.slice(BEARER_SUBPROTOCOL_PREFIX.length);
}

/** Path and query; undefined where it is no URL. */
function readTarget(target: string): { path: string; query: URLSearchParams } | undefined {
  const [, plainPath, plainQuery] = PLAIN_TARGET.exec(target) ?? [];
  if (plainPath !== undefined) return { path: plainPath, query: new URLSearchParams(plainQuery) };
  // The host is a placeholder.
  if (!URL.canParse(target, 'http://pod')) return undefined;
  const { pathname, searchParams } = new URL(target, 'http://pod');
  return { path: pathname, query: searchParams };
}
