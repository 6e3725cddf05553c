import { z } from 'zod';
import type { ErrorCode } from '../error-codes';
import { LIMITS } from '../limits';
import { commandOf, type CommandFrame } from '../events';
import { SIGNAL_REQUESTS, type SignalRequest } from '../signals';
import { readPlainSend } from './plain-send';

/** `received`: everything of my inbox up to and including `seq` has reached this device. Cumulative. */
export const ReceivedFrame = z.object({ type: z.literal('received'), seq: z.int().min(0) });
export type ReceivedFrame = z.infer<typeof ReceivedFrame>;

/** `authenticate`: go on with this newer access token of the same user. */
export const AuthenticateFrame = z.object({ type: z.literal('authenticate'), token: z.string().min(1).max(8_192) });
export type AuthenticateFrame = z.infer<typeof AuthenticateFrame>;

/** Everything a client may say. */
export type ClientFrame = CommandFrame | SignalRequest | ReceivedFrame | AuthenticateFrame;

/** What came of reading a client's text frame. `id` is the client's message id, where one could be read. */
export type DecodedClientFrame =
  | { ok: true; frame: ClientFrame }
  | { ok: false; type: string | undefined; id: string | undefined; code: ErrorCode; message: string };

/** Frames that ask for no event. */
const SCHEMAS = { received: ReceivedFrame, authenticate: AuthenticateFrame, ...SIGNAL_REQUESTS } as const;

/**
 * Reads one text frame of a client. Never throws. An object without `type` that has `content` is a `send`: legacy
 * clients know no other frame.
 */
export function decodeClientFrame(text: string): DecodedClientFrame {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refusal(undefined, undefined, 'invalid_json', 'the frame is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refusal(undefined, undefined, 'invalid_json', 'the frame is not a JSON object');
  }
  const object = json as Record<string, unknown>;
  const id = typeof object['id'] === 'string' ? object['id'] : undefined;
  const type = object['type'] === undefined && 'content' in object ? 'send' : object['type'];
  if (typeof type !== 'string') return refusal(undefined, id, 'invalid_request', 'type: must be a string');
  const plain = type === 'send' ? readPlainSend(object) : undefined;
  if (plain !== undefined) return { ok: true, frame: plain };
  const schema = schemaOf(type);
  if (schema === undefined) {
    return refusal(type, id, 'unknown_type', `type: there is no frame "${type.slice(0, 32)}"`);
  }
  const parsed = schema.safeParse({ ...object, type });
  if (parsed.success) return { ok: true, frame: parsed.data };
  return refusal(type, id, 'invalid_request', describe(parsed.error));
}

function schemaOf(type: string): z.ZodType<ClientFrame> | undefined {
  if (Object.hasOwn(SCHEMAS, type)) return SCHEMAS[type as keyof typeof SCHEMAS];
  return commandOf(type)?.frame as z.ZodType<ClientFrame> | undefined;
}

function refusal(
  type: string | undefined,
  id: string | undefined,
  code: ErrorCode,
  message: string,
): DecodedClientFrame {
  return { ok: false, type, id: id?.slice(0, LIMITS.clientIdCharacters), code, message };
}

/** Names the faulty fields without repeating what the client sent. */
function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'frame'}: ${issue.message}`).join('; ');
}
