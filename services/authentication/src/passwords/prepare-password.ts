import { refusal } from '../refusal';

/** Largest password that is hashed, in bytes after normalisation: hashing is work, and its input is a stranger's. */
const PASSWORD_BYTES = 1_024;

/**
 * The form in which a password is hashed: NFKC, so that it does not matter which keyboard composed it.
 * @param field name of the field for the message
 * @throws HttpError invalid_request, naming the field
 */
export function preparePassword(password: string, field: string): string {
  if (!password.isWellFormed() || password.includes('\u0000')) {
    throw refusal('invalid_request', `${field}: must be well-formed Unicode without U+0000`);
  }
  const prepared = password.normalize('NFKC');
  if (Buffer.byteLength(prepared) > PASSWORD_BYTES) {
    throw refusal('invalid_request', `${field}: must be at most ${PASSWORD_BYTES} bytes of UTF-8`);
  }
  return prepared;
}
