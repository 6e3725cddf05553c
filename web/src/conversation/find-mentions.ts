/**
 * The users that a text mentions: each `@name` that is the name of somebody who may be. Longest names first, so that
 * `@ann-lee` is not Ann.
 */
export function findMentions(text: string, people: ReadonlyMap<string, string>): string[] {
  let rest = text.toLowerCase();
  const found: string[] = [];
  for (const [userId, name] of [...people].sort(([, one], [, other]) => other.length - one.length)) {
    const words = rest.split(`@${name.toLowerCase()}`);
    if (words.length === 1) continue;
    found.push(userId);
    rest = words.join(' ');
  }
  return found;
}

/** The beginning of a name that is being written at the end of a text; undefined where none is. */
export function nameBegun(text: string): string | undefined {
  return /(?:^|\s)@(\S*)$/.exec(text)?.[1]?.toLowerCase();
}
