import { dictionary } from '@zxcvbn-ts/language-common';
import { refusal } from '../refusal';
import { preparePassword } from './prepare-password';

/** Characters of a new password, once normalised. */
const MIN_CHARACTERS = 8;

/** Some fifty thousand passwords that people choose most, in lower case. */
const COMMON: ReadonlySet<string> = new Set(dictionary['passwords-common'].map(String));

/** What is guessed first here, of all places: names of the product, alone or with digits and signs around and between. */
const CONTEXT_WORDS: readonly string[] = ['chat', 'chatapp', 'chatserver', 'chatpassword', 'mychat', 'messenger'];

/**
 * The form in which a new password is hashed, where it is none of those that are tried first: not among the commonest, not
 * blanks alone, not the user's own name, not a word of this context.
 * @param field name of the field for the message
 * @throws HttpError password_too_common; invalid_request, naming the field
 */
export function requireStrongPassword(password: string, field: string, username?: string): string {
  const prepared = preparePassword(password, field);
  if (Array.from(prepared).length < MIN_CHARACTERS) {
    throw refusal('invalid_request', `${field}: must have at least ${MIN_CHARACTERS} characters`);
  }
  if (/^\p{White_Space}*$/u.test(prepared)) throw refusal('invalid_request', `${field}: must not be blank`);
  const known = prepared.toLowerCase();
  const own = username !== undefined && known === username.normalize('NFKC').toLowerCase();
  const letters = known.replace(/\P{L}/gu, '');
  if (own || CONTEXT_WORDS.includes(letters) || COMMON.has(known) || COMMON.has(known.trim())) {
    throw refusal('password_too_common', `${field}: is one that is guessed first; choose another`);
  }
  return prepared;
}
