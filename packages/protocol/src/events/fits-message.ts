import { z } from 'zod';
import { contentFault } from '../content';
import { customDataFault } from '../custom-data-fault';
import { LIMITS } from '../limits';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DATE_TIME = z.regexes.datetime({});

const isId = (value: unknown): boolean => typeof value === 'string' && UUID.test(value);

const FIELDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['message_id', isId],
  ['conversation_id', isId],
  ['sender_id', isId],
  ['recipient_id', isId],
  ['content', (value) => typeof value === 'string' && contentFault(value) === undefined],
  ['data', (value) => customDataFault(value) === undefined],
  ['reply_to', isId],
  ['mentions', (value) => Array.isArray(value) && value.length <= LIMITS.mentions && value.every(isId)],
  ['sent_at', (value) => typeof value === 'string' && DATE_TIME.test(value)],
]);
const REQUIRED = ['message_id', 'conversation_id', 'sender_id', 'content', 'sent_at'];

/**
 * Whether what was read is a message that the schema of its record would hand on as it is. False says nothing: the schema then
 * says what is wrong, or changes it (an id in upper case), or lets pass what this version does not know. The schema costs twice
 * as much (packages/protocol/bench/decode-message.ts). A test verifies that both agree.
 */
export function fitsMessage(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  for (const name in json) if (FIELDS.get(name)?.(json[name as keyof typeof json]) !== true) return false;
  return REQUIRED.every((name) => Object.hasOwn(json, name));
}
