/** Public HTTP API of authentication (:8000). */
import { z } from 'zod';

/** A user name: case-insensitive, 1 to 64 characters. */
export const Username = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}._-]+$/u, { error: 'may hold letters, digits, ".", "_" and "-" only' });

/** A password as typed: 8 to 128 characters when registering; any length up to 1 KiB when logging in. */
export const NewPassword = z.string().min(8).max(128);

export const RegisterRequest = z.object({ username: Username, password: NewPassword });
export const LoginRequest = z.object({ username: z.string().min(1).max(64), password: z.string().min(1).max(1_024) });
export const RefreshRequest = z.object({ refresh_token: z.string().min(1).max(512) });
export const LogoutRequest = RefreshRequest;
export const ChangePasswordRequest = z.object({ password: z.string().min(1).max(1_024), new_password: NewPassword });

/** Answer of register, login and refresh. */
export const SessionResponse = z.object({
  user_id: z.string(),
  /** Access token: a JWT for `Authorization: Bearer`. */
  token: z.string(),
  /** Seconds until the access token expires. */
  expires_in: z.int(),
  /** Single use: each refresh answers with the next one. */
  refresh_token: z.string(),
});
export type SessionResponse = z.infer<typeof SessionResponse>;

export const UserResponse = z.object({ user_id: z.string(), username: z.string() });
export type UserResponse = z.infer<typeof UserResponse>;
