/** A text in parts: what is a link and what is not. */
export type Part = { readonly text: string; readonly href?: string };

/** Of web addresses only: nothing else may be followed by a click. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]+/giu;
const TRAILING = /[.,;:!?'"*_~»“”’…]+$/u;

/** Finds the web addresses of a text. The parts joined are the text. */
export function splitLinks(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: address, href: address });
    at = match.index + address.length;
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at) });
  return parts;
}

/** Without the punctuation of the sentence around it, and without a bracket that was opened before it. */
function trimmed(address: string): string {
  let result = address;
  for (;;) {
    const before = result;
    result = result.replace(TRAILING, '');
    for (const [open, close] of ['()', '[]', '{}']) {
      if (result.endsWith(close!) && count(result, close!) > count(result, open!)) result = result.slice(0, -1);
    }
    if (result === before) return result;
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
