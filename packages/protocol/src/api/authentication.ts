/** Public HTTP API of authentication (:8000). */
import { z } from 'zod';
import { CustomData } from '../custom-data';
import { Uuid } from '../identifier-schemas';
import { LIMITS } from '../limits';
import { MAX_USERNAME_UNITS, usernameFault } from '../username';

/** Whether a text can be stored and compared as it is: PostgreSQL and UTF-8 cannot hold U+0000 and lone surrogates. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}
const STORABLE = { error: 'must be well-formed Unicode without U+0000' };

/** A name for a new user: case-insensitive, 1 to 64 characters; `usernameFault` says which. */
export const Username = z
  .string()
  .min(1)
  .max(MAX_USERNAME_UNITS)
  .superRefine((username, context) => {
    const fault = usernameFault(username);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

/** A name to look for: the rules for new ones do not bind those that exist. */
export const KnownUsername = z.string().min(1).max(MAX_USERNAME_UNITS).refine(isStorable, STORABLE);

/** A password as typed: 8 to 128 characters when registering; any length up to 1 KiB when logging in. */
export const NewPassword = z.string().min(8).max(128).refine(isStorable, STORABLE);

/** A password to compare: the rules for new ones do not bind those that exist. */
const Password = z.string().min(1).max(1_024).refine(isStorable, STORABLE);

/** What a user calls a device, to know it in the list of sessions. */
const DeviceName = z.string().min(1).max(64).refine(isStorable, STORABLE);

export const RegisterRequest = z.object({
  username: Username,
  password: NewPassword,
  device_name: DeviceName.optional(),
});
export const LoginRequest = z.object({
  username: KnownUsername,
  password: Password,
  device_name: DeviceName.optional(),
  /** What an earlier log-in from this device was answered. Anything else is as good as nothing. */
  device_proof: z.string().max(512).optional(),
  /** Where the password was set by an operator, and only there: the user's own, in its place. */
  new_password: NewPassword.optional(),
});
const RefreshToken = z.string().min(1).max(512);
export const RefreshRequest = z.object({
  refresh_token: RefreshToken,
  /**
   * Made by the client for this refresh token, at random, and kept with it: the same attempt is given the same next token
   * until that is used. Another attempt with a used token ends the session.
   */
  attempt_id: z.string().min(16).max(128).optional(),
});
export type RefreshRequest = z.infer<typeof RefreshRequest>;
export const LogoutRequest = z.object({ refresh_token: RefreshToken });
export const ChangePasswordRequest = z.object({ password: Password, new_password: NewPassword });
/** What was answered to the user's devices before proves nothing any more. */
export const ChangePasswordResponse = z.object({
  /** Of the device that changed the password: to keep in place of the former one. */
  device_proof: z.string(),
});
export type ChangePasswordResponse = z.infer<typeof ChangePasswordResponse>;

/** Answer of register, login and refresh. */
export const SessionResponse = z.object({
  user_id: z.string(),
  /** Access token: a JWT for `Authorization: Bearer`. */
  token: z.string(),
  /** Seconds until the access token expires. */
  expires_in: z.int(),
  /** Single use: each refresh answers with the next one. */
  refresh_token: z.string(),
  /** After a registration or log-in: to keep on this device and to send along when logging in again. */
  device_proof: z.string().optional(),
});
export type SessionResponse = z.infer<typeof SessionResponse>;

export const SessionPath = z.object({ session_id: Uuid });
/** Authenticates again: who holds another's access token alone may not send the owner away. */
export const EndSessionsRequest = z.object({ password: Password });

/** Where a user is logged in. */
export const SessionsResponse = z.object({
  sessions: z.array(
    z.object({
      session_id: z.string(),
      /** Whether it is the session that asks. */
      current: z.boolean(),
      device_name: z.string().optional(),
      /** Of the log-in. */
      user_agent: z.string().optional(),
      created_at: z.string(),
      /** The last refresh, or the log-in. */
      last_used_at: z.string(),
    }),
  ),
});
export type SessionsResponse = z.infer<typeof SessionsResponse>;

/** What a user says about itself: a picture, a status, whatever the application likes. null takes it away. */
export const ChangeUserRequest = z.object({ data: CustomData.nullable() });

export const UserResponse = z.object({ user_id: z.string(), username: z.string(), data: CustomData.optional() });
export type UserResponse = z.infer<typeof UserResponse>;

/** `GET /directory?prefix&limit`: other users by the beginning of their name. */
export const DirectoryQuery = z.object({
  prefix: KnownUsername,
  limit: z.coerce.number().int().min(1).max(LIMITS.directoryPage).default(10),
});
export const DirectoryResponse = z.object({
  users: z.array(z.object({ user_id: z.string(), username: z.string() })),
});
export type DirectoryResponse = z.infer<typeof DirectoryResponse>;
