import { z } from 'zod';
import { StoredMessage } from '../api/persistence';
import type { Known } from '../known';

const version = z.int().min(0);

/**
 * `changed`: a message of a conversation is something else now: it was edited, deleted or reacted to. The whole new state, no
 * entry of the inbox. Whoever's version of the conversation is not `previous` missed something, and reads it from the history
 * with `changed_after`. The state of the newest version counts, in whatever order they come.
 */
export const ChangedFrame = z.looseObject({
  type: z.literal('changed'),
  conversation_id: z.string(),
  /** The version of the conversation before; 0: nothing of it was ever changed. */
  previous: version,
  version,
  message: StoredMessage,
  /** The commands that it comes of, oldest first: at most 100. */
  changes: z.array(z.looseObject({ event_id: z.string(), actor_id: z.string() })).exactOptional(),
});
export type ChangedFrame = Known<z.infer<typeof ChangedFrame>>;
