const SYNTAX_CHARACTERS = /[\\^$.*+?()[\]{}|]/g;

/**
 * The users that a text mentions: each `@name` that is the name of somebody who may be, and no part of a longer word or of a
 * mail address. Longest names first, so that `@ann-lee` is not Ann.
 */
export function findMentions(text: string, people: ReadonlyMap<string, string>): string[] {
  let rest = text.toLowerCase();
  const found: string[] = [];
  for (const [userId, name] of [...people].sort(([, one], [, other]) => other.length - one.length)) {
    const without = rest.replace(mentionOf(name.toLowerCase()), '$1_');
    if (without === rest) continue;
    found.push(userId);
    rest = without;
  }
  return found;
}

/** `@name` where no word goes on before or after it; a full stop may end the sentence. */
function mentionOf(name: string): RegExp {
  const escaped = name.replace(SYNTAX_CHARACTERS, '\\$&');
  return new RegExp(`(^|[^\\p{L}\\p{M}\\p{N}._-])@${escaped}(?![\\p{L}\\p{M}\\p{N}_-])`, 'gu');
}

/** The beginning of a name that is being written at the end of a text; undefined where none is. */
export function nameBegun(text: string): string | undefined {
  return /(?:^|\s)@(\S*)$/.exec(text)?.[1]?.toLowerCase();
}

/** Members whose name begins as it is written. */
export function namesFor(begun: string, people: ReadonlyMap<string, string>): string[] {
  return [...people.values()].filter((name) => name.toLowerCase().startsWith(begun));
}

/**
 * Whether Enter completes the name that is begun. What is somebody's whole name already can be sent, though longer ones begin with
 * it; and of "@" alone nobody knows whom it means.
 */
export function isHalfName(begun: string, people: ReadonlyMap<string, string>): boolean {
  const names = namesFor(begun, people);
  return begun !== '' && names.length > 0 && !names.some((name) => name.toLowerCase() === begun);
}
