import { randomUUID } from 'node:crypto';
import {
  ANNOUNCED_FEATURES,
  conversationChannel,
  decodeEvent,
  eventKind,
  LIMITS,
  MESSAGE_HEADERS,
  userChannel,
  writeEnvelope,
  writeState,
  type AskChangeRequest,
  type AskChangeResponse,
  type ChangedFrame,
  type ChatMessage,
  type Cursor,
  type EncodedEntry,
  type HeadsResponse,
  type InboxPage,
  type MembershipResponse,
  type OpenConnectionResponse,
} from '@chat-app/protocol';
import { PlatformError } from '@chat-app/platform';
import type { OutgoingRecord } from '@chat-app/message-log';
import type { Contacts, Device, Opening, PersistenceClient, Reading } from '../peers/persistence-client';
import type { TestBus } from './test-bus';

/** An event to be stored, as this stand-in knows it: no kind by name. */
interface StoredEvent {
  kind: string;
  eventId: string;
  conversationId: string;
  actorId: string;
  frame: object;
  acceptedAtMs?: number;
}

const AT = '2026-01-02T03:04:05.678Z';

/** Persistence in memory: inboxes, groups, cursors; stores records and publishes notices when the test says so. */
export class TestPersistence implements PersistenceClient {
  /** While true every call fails and nothing is stored. */
  unavailable = false;
  /** Inbox reads so far. */
  reads = 0;
  /** Questions about contacts so far. */
  contactQuestions = 0;
  /** Stores each record as soon as it is appended. */
  storesAtOnce = true;
  /** What it announces. */
  features: string[] = [...ANNOUNCED_FEATURES];
  epoch: string = randomUUID();
  /** By user: with whom they exchange no direct messages. */
  readonly blocks = new Map<string, string[]>();
  /** When users were here last, and who hides it. */
  readonly lastSeen = new Map<string, number>();
  readonly hidden = new Set<string>();
  readonly cursors = new Map<string, number>();
  readonly #inboxes = new Map<string, EncodedEntry[]>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #waiting: OutgoingRecord[] = [];
  #version = 0;

  constructor(private readonly bus: TestBus) {}

  inbox(userId: string): EncodedEntry[] {
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
    for (const { headers, value } of this.#waiting.splice(0)) {
      const decoded = decodeEvent(headers[MESSAGE_HEADERS.kind], value);
      if (!decoded.ok) continue;
      const record = decoded.value as {
        conversation_id: string;
        recipient_id?: string;
        sender_id?: string;
        actor_id?: string;
      };
      const { conversation_id, recipient_id, sender_id = record.actor_id ?? '' } = record;
      const members = recipient_id
        ? [...new Set([sender_id, recipient_id])]
        : [...(this.#groups.get(conversation_id) ?? [])];
      const event = {
        kind: decoded.kind,
        eventId: decoded.eventId,
        conversationId: conversation_id,
        actorId: sender_id,
        frame: eventKind(decoded.kind).toFrame(decoded.value),
      };
      const channels = recipient_id ? members.map(userChannel) : [conversationChannel(conversation_id)];
      if (decoded.kind === 'reacted') {
        this.#change(event, channels);
        continue;
      }
      const positions = this.#number(event, members);
      const stored = writeEnvelope({ kind: 'stored', event_ids: [event.eventId], positions });
      for (const channel of channels) this.bus.publish(channel, stored);
    }
  }

  /** Tells of a reaction as of a state; what it comes to is tested where it is stored. */
  #change(
    { eventId: event_id, conversationId: conversation_id, actorId: actor_id, frame }: StoredEvent,
    channels: string[],
  ) {
    this.#version += 1;
    const { message_id } = frame as { message_id: string };
    const fields = { conversation_id, sender_id: actor_id, content: '', sent_at: AT, stored_at: AT };
    const changed: ChangedFrame = {
      type: 'changed',
      conversation_id,
      previous: this.#version - 1,
      version: this.#version,
      message: { message_id, ...fields, version: this.#version },
      changes: [{ event_id, actor_id }],
    };
    for (const channel of channels) this.bus.publish(channel, writeState(changed, { actor_id }));
  }

  /** Puts a message into an inbox without any notice. */
  put(userId: string, message: ChatMessage): void {
    const { message_id: eventId, conversation_id: conversationId, sender_id: actorId } = message;
    const frame = { type: 'message', ...message };
    const acceptedAtMs = Date.parse(message.sent_at);
    this.#number({ kind: 'message', eventId, conversationId, actorId, frame, acceptedAtMs }, [userId]);
  }

  /** Lets a user join or leave. */
  change(group: string, userId: string, kind: 'joined' | 'left', notice = true): void {
    let members = this.#groups.get(group);
    if (members === undefined) this.#groups.set(group, (members = new Set()));
    if (kind === 'joined') members.add(userId);
    else members.delete(userId);
    this.#happen(kind, group, [userId], { user_id: userId }, notice ? [userChannel(userId)] : []);
  }

  /** Something else happens in a group, of whatever kind. */
  happen(kind: string, group: string, fields: object): void {
    this.#happen(kind, group, [...(this.#groups.get(group) ?? [])], fields, [conversationChannel(group)]);
  }

  /** One of two users blocks the other from now on; `notice` false: the fan-out loses it. */
  block(one: string, other: string, notice = true): void {
    for (const [user, blocked] of [[one, other] as const, [other, one] as const]) {
      this.blocks.set(user, [...(this.blocks.get(user) ?? []), blocked]);
      if (notice) this.bus.publish(userChannel(user), writeEnvelope({ kind: 'blocks_changed', user_id: user }));
    }
  }

  /** The database is restored from a backup in which inboxes ended here: numbers are given anew. */
  restore(head: number): void {
    this.epoch = randomUUID();
    for (const inbox of this.#inboxes.values()) inbox.splice(head);
    this.cursors.clear();
  }

  #happen(kind: string, group: string, members: string[], fields: object, channels: string[]): void {
    const event_id = randomUUID();
    const actor_id = members[0] ?? group;
    const frame = { type: kind, event_id, conversation_id: group, actor_id, at: new Date().toISOString(), ...fields };
    const event = { kind, eventId: event_id, conversationId: group, actorId: actor_id, frame };
    const positions = this.#number(event, members);
    const live = { kind: 'event' as const, event_kind: kind, event_id, conversation_id: group, actor_id };
    for (const channel of channels) {
      this.bus.publish(channel, writeEnvelope(live, JSON.stringify(frame)));
      this.bus.publish(channel, writeEnvelope({ kind: 'stored', event_ids: [event_id], positions }));
    }
  }

  /** Gives an event its number in each of these inboxes, once. */
  #number(event: StoredEvent, members: readonly string[]): Record<string, number[]> {
    const { kind, eventId, conversationId, frame, acceptedAtMs } = event;
    const positions: Record<string, number[]> = {};
    for (const member of members) {
      const inbox = this.inbox(member);
      const known = inbox.find(({ event_id }) => event_id === eventId);
      const seq = known?.seq ?? inbox.length + 1;
      positions[member] = [seq];
      if (known !== undefined) continue;
      inbox.push({
        kind,
        seq,
        event_id: eventId,
        conversation_id: conversationId,
        ...(acceptedAtMs !== undefined && { accepted_at_ms: acceptedAtMs }),
        body: JSON.stringify({ ...frame, seq }),
      });
    }
    return positions;
  }

  async openConnection({ userId, deviceId, named }: Device, catchUpEntries: number): Promise<OpenConnectionResponse> {
    this.#available();
    const head = this.inbox(userId).length;
    const key = `${userId}|${deviceId}`;
    const confirmed = this.cursors.get(key) ?? this.#furthest(userId);
    if (named && !this.cursors.has(key)) this.cursors.set(key, confirmed);
    const position = Math.max(confirmed, head - catchUpEntries);
    const conversation_ids = [...this.#groups].filter(([, members]) => members.has(userId)).map(([id]) => id);
    const { epoch, features } = this;
    const blocks = this.blocks.get(userId) ?? [];
    return { head, position, skipped: position - confirmed, conversation_ids, epoch, features, blocks };
  }

  async openConnections(openings: readonly Opening[]): Promise<OpenConnectionResponse[]> {
    return Promise.all(openings.map(({ device, catchUpEntries }) => this.openConnection(device, catchUpEntries)));
  }

  async readInbox(userId: string, after: number, limit: number): Promise<InboxPage> {
    this.reads += 1;
    this.#available();
    const inbox = this.inbox(userId);
    return { entries: inbox.slice(after, after + limit), head: inbox.length, epoch: this.epoch };
  }

  async readInboxes(readings: readonly Reading[]): Promise<InboxPage[]> {
    return Promise.all(readings.map(({ userId, after }) => this.readInbox(userId, after, LIMITS.inboxesPage)));
  }

  async readHeads(userIds: readonly string[]): Promise<HeadsResponse> {
    this.#available();
    const heads = Object.fromEntries(
      userIds.flatMap((id) => (this.inbox(id).length > 0 ? [[id, this.inbox(id).length]] : [])),
    );
    const blocks = Object.fromEntries(
      userIds.flatMap((id) => (this.blocks.has(id) ? [[id, this.blocks.get(id)!]] : [])),
    );
    return { heads, epoch: this.epoch, features: this.features, blocks };
  }

  async confirm(cursors: readonly Cursor[]): Promise<void> {
    this.#available();
    for (const { user_id, device_id, received_seq, epoch } of cursors) {
      if (epoch !== undefined && epoch !== this.epoch) continue;
      const key = `${user_id}|${device_id}`;
      this.cursors.set(key, Math.max(received_seq, this.cursors.get(key) ?? 0));
    }
  }

  async findMembership(conversationId: string, userId: string): Promise<MembershipResponse | undefined> {
    this.#available();
    if (this.#groups.get(conversationId)?.has(userId) === true) {
      return { conversation_id: conversationId, kind: 'group', members: this.#groups.get(conversationId)?.size ?? 0 };
    }
    for (const { conversation_id, body } of this.inbox(userId)) {
      if (conversation_id !== conversationId) continue;
      const { sender_id, recipient_id } = JSON.parse(body) as Partial<ChatMessage>;
      if (recipient_id === undefined) continue;
      const other = sender_id === userId ? recipient_id : sender_id;
      return { conversation_id: conversationId, kind: 'direct', ...(other !== undefined && { recipient_id: other }) };
    }
    return undefined;
  }

  async findContacts(userId: string, userIds: readonly string[]): Promise<Contacts> {
    this.contactQuestions += 1;
    this.#available();
    const groups = [...this.#groups.values()].filter((members) => members.has(userId));
    const others = userIds.filter((other) => other !== userId && groups.some((members) => members.has(other)));
    const hiding = others.filter((other) => this.hidden.has(other));
    return { userIds: others, seesLastSeen: !this.hidden.has(userId), hiding };
  }

  async recordLastSeen(userIds: readonly string[]): Promise<void> {
    this.#available();
    for (const userId of userIds) this.lastSeen.set(userId, Date.now());
  }

  async findLastSeen(userIds: readonly string[]): Promise<ReadonlyMap<string, number | undefined>> {
    this.#available();
    return new Map(userIds.filter((id) => !this.hidden.has(id)).map((id) => [id, this.lastSeen.get(id)]));
  }

  /** Only the sender may (and anybody react), of a message in their own inbox: what the real one judges by is tested there. */
  async askChange({ kind, actor_id, message_id }: AskChangeRequest): Promise<AskChangeResponse> {
    this.#available();
    const entry = this.inbox(actor_id).find(({ event_id }) => event_id === message_id);
    if (entry === undefined) return { refused: 'unknown_message' };
    const { sender_id } = JSON.parse(entry.body) as { sender_id?: string };
    return sender_id === actor_id || kind === 'reacted' ? {} : { refused: 'forbidden' };
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
