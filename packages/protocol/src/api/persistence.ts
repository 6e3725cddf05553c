/** Public HTTP API of persistence (:8090). Every call needs `Authorization: Bearer`. */
import { z } from 'zod';
import { Uuid } from '../identifier-schemas';
import { LIMITS } from '../limits';
import { CustomData } from '../custom-data';
import { ChatMessage, MESSAGE_CHANGES } from '../events/message';
import { ReceiptsSetting } from '../events/settings';
import type { Known } from '../known';
import { ReceiptMark } from '../state/receipts';

export const Role = z.enum(['owner', 'member']);
export type Role = z.infer<typeof Role>;

/** Parameters of paths below `/conversations/{conversation_id}`. */
export const ConversationPath = z.object({ conversation_id: Uuid });
export const MessagePath = z.object({ conversation_id: Uuid, message_id: Uuid });
export const MemberPath = z.object({ conversation_id: Uuid, user_id: Uuid });

export const Title = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.titleCharacters)
  .refine((title) => !title.includes('\u0000') && title.isWellFormed(), {
    error: 'must be well-formed Unicode without U+0000',
  });

/** `POST /conversations`: a new group; the caller becomes its owner. */
export const CreateGroupRequest = z.object({
  title: Title,
  member_ids: z.array(Uuid).max(LIMITS.groupMembers - 1),
  data: CustomData.optional(),
});
/**
 * `PATCH /conversations/{id}` (owner): what is there is changed, what is absent stays; `data: null` takes it away. Every
 * member finds the change in their inbox.
 */
export const ChangeConversationRequest = z
  .object({ title: Title.optional(), data: CustomData.nullable().optional() })
  .refine((change) => change.title !== undefined || change.data !== undefined, { error: 'name title or data' });
/**
 * `PUT /conversations/{id}/members/{user_id}` (owner): adds a member or changes the role of one. Answers 202 where the user is
 * asked first, else 204.
 */
export const PutMemberRequest = z.object({ role: Role.default('member') });

/** `DELETE /conversations/{id}/members/{user_id}`: with `for_good` one who leaves cannot be invited again. */
export const RemoveMemberQuery = z.object({
  for_good: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true'),
});

/** `GET /invitations`: to which groups the caller is invited, the newest first, all of them. */
export const InvitationsResponse = z.object({
  invitations: z.array(
    z.object({
      conversation_id: z.string(),
      title: z.string(),
      role: Role,
      invited_by: z.string(),
      invited_at: z.string(),
      /** How many are in the group. */
      members: z.int(),
    }),
  ),
});
export type InvitationsResponse = z.infer<typeof InvitationsResponse>;

/** `PUT /conversations/{id}/read`: the user has read up to and including this message. Never goes back. Answers 204. */
export const ReadRequest = z.object({ message_id: Uuid });

/** How a conversation is to the caller alone. */
export const ConversationSettings = z.object({
  /** Off: nobody is told what the caller received and read, nor is the caller told it of others. */
  receipts: ReceiptsSetting,
  /** Until then nothing in it is notified of; absent where it is not muted, or no more. RFC 3339, UTC. */
  muted_until: z.iso.datetime().optional(),
});
export type ConversationSettings = z.infer<typeof ConversationSettings>;
/**
 * `PATCH /conversations/{id}/settings`: what is there is changed, what is absent stays. Answers all of the settings. Every
 * device of the caller finds the change in the inbox.
 */
export const ChangeSettingsRequest = ConversationSettings.partial()
  .extend({ muted_until: z.iso.datetime().nullable().optional() })
  .refine((change) => Object.values(change).some((value) => value !== undefined), { error: 'name a setting' });
export type ChangeSettingsRequest = z.infer<typeof ChangeSettingsRequest>;
/** `GET /settings`: how the caller is to others. */
export const UserSettings = z.object({
  /** Off: nobody is told when the caller was here last, nor is the caller told it of others. */
  last_seen: z.enum(['on', 'off']),
});
export type UserSettings = z.infer<typeof UserSettings>;
/** `PATCH /settings`: what is there is changed, what is absent stays. Answers all of the settings. */
export const ChangeUserSettingsRequest = UserSettings.partial().refine(
  (change) => Object.values(change).some((value) => value !== undefined),
  { error: 'name a setting' },
);

/** `PUT|DELETE /blocks/{user_id}`: the caller blocks a user, or does so no longer. Answers 204; saying it twice changes nothing. */
export const BlockPath = z.object({ user_id: Uuid });
/** `GET /blocks`: whom the caller blocks, the newest first, all of them. Who blocks the caller is told to nobody. */
export const BlocksResponse = z.object({
  blocks: z.array(z.object({ user_id: z.string(), blocked_at: z.string() })),
});

export const StoredMessage = ChatMessage.extend({
  ...MESSAGE_CHANGES,
  stored_at: z.string(),
  /** Its place among the messages of all conversations: what receipts are compared with. */
  number: z.int().optional(),
});
export type StoredMessage = Known<z.infer<typeof StoredMessage>>;

export const ConversationResponse = z.object({
  conversation_id: z.string(),
  kind: z.enum(['direct', 'group']),
  /** Of a group. */
  title: z.string().optional(),
  /** Of a direct conversation: the other user. */
  recipient_id: z.string().optional(),
  role: Role,
  /** What was hung on it. */
  data: CustomData.optional(),
  created_at: z.string(),
  unread_count: z.int(),
  /** How many of the unread messages mention the caller. */
  unread_mention_count: z.int().optional(),
  /** How it is to the caller. */
  settings: ConversationSettings.optional(),
  last_message: StoredMessage.optional(),
  /** Of a group that was just made: who of those named is asked first and no member yet. */
  invited_ids: z.array(z.string()).optional(),
});
export type ConversationResponse = z.infer<typeof ConversationResponse>;

/** `GET /conversations?after&limit`: newest activity first; `next` is the `after` of the next page. */
export const ListConversationsQuery = z.object({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const ConversationsResponse = z.object({
  conversations: z.array(ConversationResponse),
  next: z.string().optional(),
});

/** `GET /conversations/{id}/members`. */
export const MembersResponse = z.object({
  members: z.array(
    z.object({
      user_id: z.string(),
      role: Role,
      joined_at: z.string(),
      /** How far the member received and read, where that is told. */
      received: ReceiptMark.optional(),
      read: ReceiptMark.optional(),
    }),
  ),
  /** Who was invited and has not answered. */
  invited: z
    .array(z.object({ user_id: z.string(), role: Role, invited_by: z.string(), invited_at: z.string() }))
    .optional(),
});

/** `GET /conversations/{id}/messages/{message_id}/receipts`: absent where the caller keeps their own receipts. */
export const ReceiptCountsResponse = z.object({ received: z.int().optional(), read: z.int().optional() });
export type ReceiptCountsResponse = z.infer<typeof ReceiptCountsResponse>;

/** `GET /conversations/{id}/messages?before|after|changed_after&limit`: ids of messages; ascending in stored order. */
export const HistoryQuery = z
  .object({
    before: Uuid.optional(),
    after: Uuid.optional(),
    /** Messages that were changed after this version of the conversation, in the order of their versions. */
    changed_after: z.coerce.number().int().min(0).optional(),
    limit: z.coerce.number().int().min(1).max(LIMITS.historyPage).default(50),
  })
  .refine(
    ({ before, after, changed_after }) => [before, after, changed_after].filter((x) => x !== undefined).length < 2,
    {
      error: 'name at most one of before, after and changed_after',
    },
  );
export type HistoryQuery = z.infer<typeof HistoryQuery>;
export const HistoryResponse = z.object({
  messages: z.array(StoredMessage),
  /** Whether there are more in the direction asked for. */
  more: z.boolean(),
  /**
   * The messages are at least as new as this version of the conversation: what changes later is told with a later one. With
   * `changed_after` it is where the next question goes on. Absent from persistence of the version before.
   */
  version: z.int().min(0).optional(),
  /**
   * When: messages of the conversation that were stored before this are gone, and nothing but that is before these. Absent where the
   * history is whole.
   */
  expired_before: z.string().optional(),
});
