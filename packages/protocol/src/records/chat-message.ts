import type { ChatMessage } from '../events/message';
import { decodeEvent } from '../events';

/** Encodes a message as the value of a log record. */
export function encodeChatMessage(message: ChatMessage): string {
  return JSON.stringify(message);
}

/** What came of reading a record's value. */
export type DecodedChatMessage = { ok: true; message: ChatMessage } | { ok: false; reason: string };

/** Reads the value of a record of `messages`. Never throws: a value that cannot be read is an answer, not an accident. */
export function decodeChatMessage(value: string | null): DecodedChatMessage {
  const decoded = decodeEvent('message', value);
  if (!decoded.ok) return { ok: false, reason: decoded.reason };
  return { ok: true, message: decoded.value as ChatMessage };
}
