/** What JSON leaves as it is and a terminal could act on: DEL, C1, what turns the direction of writing, and separators. */
const UNSAFE = /[\u007F-\u009F\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * The same JSON in characters that no terminal acts on, for whoever reads it on one: texts of strangers are in it, and U+009B
 * is to a terminal what ESC [ is.
 */
export function escapeControls(json: string): string {
  return json.replaceAll(UNSAFE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
