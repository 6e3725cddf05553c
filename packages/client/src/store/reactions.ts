/** Who reacted to a message with one emoji. */
export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  /** Whether this user is among them. */
  readonly own: boolean;
  /** The first of them. */
  readonly user_ids: readonly string[];
}

/** What a server tells of the reactions of a message, in the order of their first use; what cannot be read is left out. */
export function reactionsOf(reactions: object | undefined, userId: string): readonly ReactionView[] {
  return Object.entries(reactions ?? {}).flatMap(([emoji, told]) => {
    const { count, user_ids } = (told ?? {}) as { count?: unknown; user_ids?: unknown };
    if (typeof count !== 'number' || count < 1 || !Array.isArray(user_ids)) return [];
    const users = user_ids.filter((id): id is string => typeof id === 'string');
    return [{ emoji, count, own: users.includes(userId), user_ids: users }];
  });
}

/** Whether this user may be among those who are not named. */
export function isCut({ count, own, user_ids }: ReactionView): boolean {
  return !own && count > user_ids.length;
}

/** The newer state of a message's reactions. Of one that does not name all, one's own is as it was known. */
export function newerReactions(
  before: readonly ReactionView[] | undefined,
  newer: readonly ReactionView[],
): readonly ReactionView[] {
  const known = new Map(before?.map((one) => [one.emoji, one.own]));
  return newer.map((one) => (isCut(one) && known.get(one.emoji) === true ? { ...one, own: true } : one));
}
