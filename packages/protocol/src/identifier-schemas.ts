import { z } from 'zod';
import { isUuid } from './identifiers';
import { LIMITS } from './limits';

/** A UUID of any version in its canonical lower-case form; upper case is accepted and lowered. */
export const Uuid = z
  .string()
  .refine((value) => isUuid(value), { error: 'must be a UUID' })
  .transform((value) => value.toLowerCase());

/** Name of one of a user's devices: chosen by the client, kept between connections so that it resumes where it stopped. */
export const DeviceId = z
  .string()
  .min(1)
  .max(LIMITS.deviceIdCharacters)
  .regex(/^[A-Za-z0-9._-]+$/, { error: 'may hold letters, digits, ".", "_" and "-" only' });
