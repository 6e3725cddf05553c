import type { SendFrame } from '../events/message';
import { isUuid } from '../identifiers';
import { LIMITS } from '../limits';

/**
 * Reads the frame that is sent most, a `send` of content alone, by hand: its schema costs several times as much. Undefined for
 * whatever is no such frame, right or wrong: of that the schema judges. A test verifies that both say the same.
 */
export function readPlainSend(fields: Record<string, unknown>): SendFrame | undefined {
  const { id, after, recipient_id, conversation_id, content } = fields;
  const { sender_id, data, reply_to, mentions } = fields;
  const hasMore = sender_id !== undefined || data !== undefined || reply_to !== undefined || mentions !== undefined;
  if (hasMore || typeof content !== 'string' || !isClientId(id) || !isClientId(after)) return undefined;
  const frame: SendFrame = { type: 'send', content };
  if (id !== undefined) frame.id = id;
  if (after !== undefined) frame.after = after;
  if (conversation_id === undefined && isTarget(recipient_id)) frame.recipient_id = recipient_id.toLowerCase();
  else if (recipient_id === undefined && isTarget(conversation_id)) {
    frame.conversation_id = conversation_id.toLowerCase();
  } else return undefined;
  return frame;
}

function isClientId(value: unknown): value is string | undefined {
  return (
    value === undefined || (typeof value === 'string' && value !== '' && value.length <= LIMITS.clientIdCharacters)
  );
}

function isTarget(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}
