/**
 * What makes two user names the same name: NFKC, so that full-width and composed forms are one, and lower case. NFKC comes
 * again because lowering can decompose (U+0130).
 */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}
