import { z } from 'zod';
import { Uuid } from '../identifiers';
import { contentFault } from '../content';

/** Topic of accepted messages. Key = conversation id, value = ChatMessage as JSON. */
export const MESSAGES_TOPIC = 'messages';

/** Headers of a record on `messages`. */
export const MESSAGE_HEADERS = {
  /** How often storing it failed because of the message itself; decimal, absent = 0. */
  retryCount: 'retry-count',
  /** How often it was moved back from `dead-messages`; decimal, absent = 0. */
  redriveCount: 'redrive-count',
  /** W3C trace context of the send. */
  traceparent: 'traceparent',
} as const;

/** One accepted message, as it stands in the log, in the inbox API and in history. */
export const ChatMessage = z.object({
  message_id: Uuid,
  conversation_id: Uuid,
  sender_id: Uuid,
  /** Present for a direct conversation, absent for a group. */
  recipient_id: Uuid.optional(),
  content: z.string(),
  /** When it was accepted: RFC 3339, UTC, milliseconds. */
  sent_at: z.iso.datetime(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** Encodes a message as the value of a log record. */
export function encodeChatMessage(message: ChatMessage): string {
  return JSON.stringify(message);
}

/** What came of reading a record's value. */
export type DecodedChatMessage = { ok: true; message: ChatMessage } | { ok: false; reason: string };

/** Reads the value of a record of `messages`. Never throws: a value that cannot be read is an answer, not an accident. */
export function decodeChatMessage(value: string | null): DecodedChatMessage {
  if (value === null) return { ok: false, reason: 'the record has no value' };
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    return { ok: false, reason: 'the value is not JSON' };
  }
  const parsed = ChatMessage.safeParse(json);
  if (!parsed.success) return { ok: false, reason: z.prettifyError(parsed.error) };
  const fault = contentFault(parsed.data.content);
  return fault === undefined ? { ok: true, message: parsed.data } : { ok: false, reason: fault };
}
