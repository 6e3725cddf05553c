import { z } from 'zod';

/** Who reacted with one emoji. */
export const Reaction = z.looseObject({
  count: z.int().min(1),
  /** The first of them, at most 50; in what one user is answered, that user first where they are among them. */
  user_ids: z.array(z.string()),
});

/** What members reacted to a message with, by emoji, in the order in which each was first used. */
export const Reactions = z.record(z.string(), Reaction);
export type Reactions = Record<string, { count: number; user_ids: string[] }>;
