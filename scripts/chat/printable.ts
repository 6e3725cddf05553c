/** Controls (C0, DEL, C1), what turns the direction of writing, and separators that terminals may take for line ends. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const LINE_END = /\r\n|[\n\r\u0085\u2028\u2029]/gu;

/**
 * Makes of a text what a terminal may be given: nothing in it moves the cursor, rings, recolours, retitles or turns what
 * stands around it. What it held is seen as U+FFFD.
 */
export function printable(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll('\t', '    ').replace(UNPRINTABLE, '\uFFFD'))
    .join('\n');
}

/** A text of somebody else's: its further lines are set in, so that none looks like a line of this program. */
export function quoted(text: string): string {
  return text.split(LINE_END).join('\n      | ');
}
