import unhomoglyph from 'unhomoglyph';

/** What a user is found by. */
export interface NameKeys {
  /** NFKC and lower case: what versions before full case folding compared, and keep in `username_key`. */
  exact: string;
  /** NFKC and full case folding: what makes two names the same name. */
  folded: string;
}

/** The keys of a name. Where both are of users who exist, that of the exact key is meant: it was there first. */
export function nameKeys(username: string): NameKeys {
  return { exact: usernameKey(username), folded: foldedName(username) };
}

/**
 * NFKC, so that full-width and composed forms are one, and lower case. NFKC comes again because lowering can decompose
 * (U+0130).
 */
function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** NFKC and full case folding (Unicode, section 3.13): `straße` is `STRASSE`, a final sigma is a sigma. */
export function foldedName(username: string): string {
  return foldCase(foldCase(username.normalize('NFKC')).normalize('NFKC')).normalize('NFKC');
}

/** Letter by letter, for a sigma at the end of a word is lowered otherwise; by way of upper case, where ß is SS. */
function foldCase(text: string): string {
  return Array.from(text, (letter) => letter.toLowerCase().toUpperCase().toLowerCase()).join('');
}

/**
 * How a name looks: two that share one of these can be taken for each other (UTS 39, section 4: skeletons). Once as it is
 * compared, once as it is written: `Iucy` looks like `lucy` in capitals only.
 */
export function looksOf(username: string): string[] {
  const written = username.normalize('NFC');
  return [...new Set([skeleton(foldedName(username)), foldedName(skeleton(written))])];
}

function skeleton(text: string): string {
  return unhomoglyph(text.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '')).normalize('NFD');
}
