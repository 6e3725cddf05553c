/** Characters (code points) of a user name, once normalised. */
const MAX_USERNAME_LENGTH = 64;
/** Code units of a name as it may be sent: letters beyond the BMP take two, decomposed ones several. */
export const MAX_USERNAME_UNITS = 256;
/** Marks on one letter beyond which a text is defaced rather than spelled (UTS 39, section 5.4). */
const MAX_MARKS = 4;

/**
 * What keeps a text from being a user name, in a few words; undefined where nothing does. Judged once normalised (NFKC): it may
 * hold letters with their marks, digits, ".", "_" and "-". Characters that nobody sees are none of them.
 */
export function usernameFault(username: string): string | undefined {
  if (!username.isWellFormed()) return 'must be well-formed Unicode';
  const normal = username.normalize('NFKC');
  const length = Array.from(normal).length;
  if (length === 0 || length > MAX_USERNAME_LENGTH) return `must have 1 to ${MAX_USERNAME_LENGTH} characters`;
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(normal)) {
    return 'may hold letters, digits, ".", "_" and "-" only';
  }
  // Looked for in the text as sent too: normalising turns some of them into others.
  if (/\p{Default_Ignorable_Code_Point}/u.test(username + normal)) return 'may hold no invisible characters';
  if (/^\p{M}/u.test(normal)) return 'must not begin with a mark';
  const decomposed = normal.normalize('NFD');
  if (new RegExp(`[\\p{Mn}\\p{Me}]{${MAX_MARKS + 1}}`, 'u').test(decomposed)) return 'has too many marks on one letter';
  return undefined;
}
