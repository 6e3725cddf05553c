import type { SessionResponse, UserResponse } from '@chat-app/protocol';
import { withAttemptId } from '../session/attempt-id';
import { isDirectory, isSession, isUser, type Answer, type Directory } from './answers';
import { request, type Fetch } from './request';

/** How to reach an HTTP service. */
export interface HttpOptions {
  /** Address of the service without a slash at its end. */
  url: string;
  fetch?: Fetch;
  /** Default 15,000. */
  timeoutMs?: number;
}

/** The tokens of a session, to be kept as one: what register, login and refresh give. */
export interface Session extends SessionResponse {
  /**
   * Of the one attempt that will use `refresh_token`. Who keeps the token over a restart keeps this with it: so a refresh
   * whose answer was lost is made again as the same attempt. Missing in a session of an older version; then one is made.
   */
  attempt_id?: string;
}

/** Creates a user and logs in. @throws ChatError username_taken, invalid_request, … */
export function register(options: HttpOptions, username: string, password: string): Promise<Session> {
  return post(options, '/register', { username, password }, isSession).then(withAttemptId);
}

/**
 * @param deviceProof `device_proof` of an earlier answer to this user on this device: with it, others who guess the password do
 * not delay this log-in. Keep what the answer has; it outlives the session.
 * @param newPassword takes the place of a password that an operator set: asked for by `password_change_required`.
 * @throws ChatError wrong_credentials, rate_limited, password_change_required, password_expired, …
 */
export function login(
  options: HttpOptions,
  username: string,
  password: string,
  deviceProof?: string,
  newPassword?: string,
): Promise<Session> {
  const body = {
    username,
    password,
    ...(deviceProof !== undefined && { device_proof: deviceProof }),
    ...(newPassword !== undefined && { new_password: newPassword }),
  };
  return post(options, '/login', body, isSession).then(withAttemptId);
}

/**
 * Uses up a refresh token for new tokens. Where no answer came it may be called again with the same refresh token and
 * attempt id, however much later; any other use of a used token ends the session.
 * @throws ChatError refresh_token_invalid or refresh_token_reused: log in again.
 */
export function refresh(options: HttpOptions, refreshToken: string, attemptId?: string): Promise<Session> {
  const body = { refresh_token: refreshToken, ...(attemptId !== undefined && { attempt_id: attemptId }) };
  return post(options, '/refresh', body, isSession).then(withAttemptId);
}

/** Ends the session that the refresh token belongs to, its connections included. */
export function logout(options: HttpOptions, refreshToken: string): Promise<void> {
  return post<void>(options, '/logout', { refresh_token: refreshToken });
}

/** @throws ChatError unknown_user */
export function findUser(options: HttpOptions, token: string, username: string): Promise<UserResponse> {
  return get(options, token, `/users?username=${encodeURIComponent(username)}`, isUser);
}

/** Other users whose name begins like this. @throws ChatError directory_off where the operator turned it off */
export async function searchUsers(
  options: HttpOptions,
  token: string,
  prefix: string,
  limit: number,
): Promise<Directory['users']> {
  return (
    await get<Directory>(options, token, `/directory?prefix=${encodeURIComponent(prefix)}&limit=${limit}`, isDirectory)
  ).users;
}

/** @throws ChatError unknown_user */
export function getUser(options: HttpOptions, token: string, userId: string): Promise<UserResponse> {
  return get(options, token, `/users/${encodeURIComponent(userId)}`, isUser);
}

function get<T>(options: HttpOptions, token: string, path: string, answer: Answer<T>): Promise<T> {
  return request(options.fetch ?? globalThis.fetch, {
    method: 'GET',
    url: options.url + path,
    token,
    answer,
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
