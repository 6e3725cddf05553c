import type { Context } from '../context';
import { refusal } from '../refusal';

/**
 * Asks for a new password, strong otherwise, whether it is known from a breach, where the operator named a service that knows.
 * @throws HttpError password_too_common
 */
export async function refuseBreachedPassword(
  { breached }: Context,
  password: string,
  field: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await breached?.has(password, signal)) !== true) return;
  throw refusal('password_too_common', `${field}: is known from a breach of another service; choose another`);
}
