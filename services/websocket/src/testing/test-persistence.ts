import {
  conversationChannel,
  decodeChatMessage,
  encodeEnvelope,
  userChannel,
  type ChatMessage,
  type Cursor,
  type InboxEntry,
  type MembershipResponse,
  type OpenConnectionResponse,
} from '@chat-app/protocol';
import type { OutgoingRecord } from '@chat-app/message-log';
import { PlatformError } from '@chat-app/platform';
import { entryOf, type Device, type InboxPage, type PersistenceClient } from '../peers/persistence-client';
import type { TestBus } from './test-bus';

/** Persistence in memory: inboxes, groups, cursors; stores records and publishes notices when the test says so. */
export class TestPersistence implements PersistenceClient {
  /** While true every call fails and nothing is stored. */
  unavailable = false;
  /** Inbox reads so far. */
  reads = 0;
  /** Stores each record as soon as it is appended. */
  storesAtOnce = true;
  readonly cursors = new Map<string, number>();
  readonly #inboxes = new Map<string, InboxEntry[]>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #waiting: OutgoingRecord[] = [];

  constructor(private readonly bus: TestBus) {}

  inbox(userId: string): InboxEntry[] {
    let inbox = this.#inboxes.get(userId);
    if (inbox === undefined) this.#inboxes.set(userId, (inbox = []));
    return inbox;
  }

  /** Takes a record of the log. */
  consume(record: OutgoingRecord): void {
    this.#waiting.push(record);
    if (this.storesAtOnce && !this.unavailable) this.store();
  }

  /** Stores what waits, in one batch, and publishes its notices. */
  store(): void {
    const messages = this.#waiting.splice(0).flatMap((record) => {
      const decoded = decodeChatMessage(record.value);
      return decoded.ok ? [decoded.message] : [];
    });
    for (const message of messages) this.#storeOne(message);
  }

  #storeOne(message: ChatMessage): void {
    const members = message.recipient_id
      ? [...new Set([message.sender_id, message.recipient_id])]
      : [...(this.#groups.get(message.conversation_id) ?? [])];
    const positions: Record<string, number[]> = {};
    for (const member of members) {
      const inbox = this.inbox(member);
      const known = inbox.find((entry) => entry.kind === 'message' && entry.message.message_id === message.message_id);
      const seq = known?.seq ?? inbox.length + 1;
      if (known === undefined) inbox.push({ kind: 'message', seq, message });
      positions[member] = [seq];
    }
    const envelope = { kind: 'stored' as const, message_ids: [message.message_id], positions };
    const channels = message.recipient_id ? members.map(userChannel) : [conversationChannel(message.conversation_id)];
    for (const channel of channels) this.bus.publish(channel, encodeEnvelope(envelope));
  }

  /** Puts a message into inboxes without any notice. */
  put(userId: string, message: ChatMessage): void {
    const inbox = this.inbox(userId);
    inbox.push({ kind: 'message', seq: inbox.length + 1, message });
  }

  change(group: string, userId: string, change: 'joined' | 'left', notice = true): void {
    let members = this.#groups.get(group);
    if (members === undefined) this.#groups.set(group, (members = new Set()));
    if (change === 'joined') members.add(userId);
    else members.delete(userId);
    const inbox = this.inbox(userId);
    const seq = inbox.length + 1;
    inbox.push({ kind: change, seq, conversation_id: group });
    const envelope = { kind: 'membership' as const, user_id: userId, conversation_id: group, change, seq };
    if (notice) this.bus.publish(userChannel(userId), encodeEnvelope(envelope));
  }

  async openConnection({ userId, deviceId, named }: Device, catchUpEntries: number): Promise<OpenConnectionResponse> {
    this.#available();
    const head = this.inbox(userId).length;
    const key = `${userId}|${deviceId}`;
    const confirmed = this.cursors.get(key) ?? this.#furthest(userId);
    if (named && !this.cursors.has(key)) this.cursors.set(key, confirmed);
    const position = Math.max(confirmed, head - catchUpEntries);
    const conversation_ids = [...this.#groups].filter(([, members]) => members.has(userId)).map(([id]) => id);
    return { head, position, skipped: position - confirmed, conversation_ids };
  }

  async readInbox(userId: string, after: number, limit: number): Promise<InboxPage> {
    this.reads += 1;
    this.#available();
    const inbox = this.inbox(userId);
    return { entries: inbox.slice(after, after + limit).map(entryOf), head: inbox.length };
  }

  async readHeads(userIds: readonly string[]): Promise<Record<string, number>> {
    this.#available();
    return Object.fromEntries(
      userIds.flatMap((id) => (this.inbox(id).length > 0 ? [[id, this.inbox(id).length]] : [])),
    );
  }

  async confirm(cursors: readonly Cursor[]): Promise<void> {
    this.#available();
    for (const { user_id, device_id, received_seq } of cursors) {
      const key = `${user_id}|${device_id}`;
      this.cursors.set(key, Math.max(received_seq, this.cursors.get(key) ?? 0));
    }
  }

  async findMembership(conversationId: string, userId: string): Promise<MembershipResponse | undefined> {
    this.#available();
    if (this.#groups.get(conversationId)?.has(userId) === true) {
      return { conversation_id: conversationId, kind: 'group' };
    }
    for (const entry of this.inbox(userId)) {
      if (entry.kind !== 'message' || entry.message.conversation_id !== conversationId) continue;
      const { sender_id, recipient_id } = entry.message;
      if (recipient_id === undefined) continue;
      const other = sender_id === userId ? recipient_id : sender_id;
      return { conversation_id: conversationId, kind: 'direct', recipient_id: other };
    }
    return undefined;
  }

  #furthest(userId: string): number {
    let furthest = 0;
    for (const [key, seq] of this.cursors) if (key.startsWith(`${userId}|`)) furthest = Math.max(furthest, seq);
    return furthest;
  }

  #available(): void {
    if (this.unavailable) throw new PlatformError('service_unavailable', 'an outage, by the test');
  }
}
