/** A text in parts: what is a link and what is not. */
export type Part = { readonly text: string; readonly href?: string };

/** Of web addresses only: nothing else may be followed by a click. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]+/giu;
const PUNCTUATION = new Set('.,;:!?\'"*_~»“”’…');
/** By the bracket that closes: the one that opens. */
const OPENED_BY = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

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

/**
 * Without the punctuation of the sentence around it, and without a bracket that was opened before it. One way from the end: what
 * somebody wrote may be thousands of brackets, and everybody's page shows it.
 */
function trimmed(address: string): string {
  const left = countBrackets(address);
  const leftOf = (bracket: string): number => left.get(bracket) ?? 0;
  for (let end = address.length; ; end -= 1) {
    const last = address.charAt(end - 1);
    const open = OPENED_BY.get(last);
    if (open === undefined ? !PUNCTUATION.has(last) : leftOf(last) <= leftOf(open)) return address.slice(0, end);
    if (open !== undefined) left.set(last, leftOf(last) - 1);
  }
}

function countBrackets(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [bracket] of text.matchAll(/[()[\]{}]/g)) counts.set(bracket, (counts.get(bracket) ?? 0) + 1);
  return counts;
}
