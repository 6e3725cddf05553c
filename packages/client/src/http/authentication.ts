import type { SessionResponse, UserResponse } from '@chat-app/protocol';
import { isSession, isUser, type Answer } from './answers';
import { request, type Fetch } from './request';

/** How to reach an HTTP service. */
export interface HttpOptions {
  /** Address of the service without a slash at its end. */
  url: string;
  fetch?: Fetch;
  /** Default 15,000. */
  timeoutMs?: number;
}

/**
 * A refresh whose answer was lost may be made again within ten seconds: later it counts as the use of a stolen token. So it
 * is given up soon enough for two more.
 */
const REFRESH_TIMEOUT_MS = 3_000;

/** Creates a user and logs in. @throws ChatError username_taken, invalid_request, … */
export function register(options: HttpOptions, username: string, password: string): Promise<SessionResponse> {
  return post(options, '/register', { username, password }, isSession);
}

/** @throws ChatError wrong_credentials, rate_limited, … */
export function login(options: HttpOptions, username: string, password: string): Promise<SessionResponse> {
  return post(options, '/login', { username, password }, isSession);
}

/**
 * Uses up a refresh token for new tokens. Where no answer came it may be called again with the same refresh token
 * within ten seconds.
 * @throws ChatError refresh_token_invalid or refresh_token_reused: log in again.
 */
export function refresh(options: HttpOptions, refreshToken: string): Promise<SessionResponse> {
  const timeoutMs = Math.min(options.timeoutMs ?? REFRESH_TIMEOUT_MS, REFRESH_TIMEOUT_MS);
  return post({ ...options, timeoutMs }, '/refresh', { refresh_token: refreshToken }, isSession);
}

/** Ends the session that the refresh token belongs to, its connections included. */
export function logout(options: HttpOptions, refreshToken: string): Promise<void> {
  return post<void>(options, '/logout', { refresh_token: refreshToken });
}

/** @throws ChatError unknown_user */
export function findUser(options: HttpOptions, token: string, username: string): Promise<UserResponse> {
  return get(options, token, `/users?username=${encodeURIComponent(username)}`);
}

/** @throws ChatError unknown_user */
export function getUser(options: HttpOptions, token: string, userId: string): Promise<UserResponse> {
  return get(options, token, `/users/${encodeURIComponent(userId)}`);
}

function get(options: HttpOptions, token: string, path: string): Promise<UserResponse> {
  return request(options.fetch ?? globalThis.fetch, {
    method: 'GET',
    url: options.url + path,
    token,
    answer: isUser,
    timeoutMs: options.timeoutMs ?? 15_000,
  });
}

function post<T>(options: HttpOptions, path: string, body: unknown, answer?: Answer<T>): Promise<T> {
  return request<T>(options.fetch ?? globalThis.fetch, {
    method: 'POST',
    url: options.url + path,
    body,
    ...(answer !== undefined && { answer }),
    timeoutMs: options.timeoutMs ?? 15_000,
  });
}
