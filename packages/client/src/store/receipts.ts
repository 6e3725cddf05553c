/**
 * How far the other members of one conversation came. Pure state: of each member the greatest number counts, so that it does not
 * matter in which order anything comes, or how often.
 */
import type { MemberReceipt, ReceiptMark } from '@chat-app/protocol';
import type { Members } from '../http/answers';
import { RecentMap } from '../state/recent-map';
import type { MessageView, TimelineItem } from './views';

interface Member {
  received: number;
  read: number;
  /** What was written before a member joined a group they do not count for. */
  joinedAt: string;
  /** The question before which this was last told live. */
  toldAt: number;
}

/** Numbers of messages that receipts named: a live message has none of its own. */
const REMEMBERED = 1_000;

export class Receipts {
  private readonly members = new Map<string, Member>();
  private readonly numbers = new RecentMap<number>(REMEMBERED);
  private questions = 0;
  private shown = new WeakMap<MessageView, MessageView>();

  constructor(private readonly userId: string) {}

  /** The members are about to be asked for. @returns what `answered` is to be given */
  ask(): number {
    this.questions += 1;
    return this.questions;
  }

  /** Members as the server tells of them: who tells nothing any more is forgotten, unless it was told live meanwhile. */
  answered({ members }: Members, question: number, isGroup: boolean): void {
    const there = new Set(members.map(({ user_id }) => user_id));
    for (const id of this.members.keys()) if (!there.has(id)) this.members.delete(id);
    for (const { user_id, received, read, joined_at } of members) {
      const known = this.members.get(user_id);
      if (received === undefined && read === undefined && (known?.toldAt ?? 0) < question) {
        this.members.delete(user_id);
        continue;
      }
      this.merge({ user_id, ...(received && { received }), ...(read && { read }) }, isGroup ? joined_at : '', 0);
    }
  }

  /** Members came further. */
  told(users: readonly MemberReceipt[]): void {
    for (const user of users) this.merge(user, undefined, this.questions);
  }

  /** The user keeps their own receipts, and is told of no others. */
  forget(): void {
    this.members.clear();
  }

  /**
   * The items with what became of own messages. Only the first `stored` of them are in the order that stays: a message without a
   * number comes before the next that has one.
   */
  show(items: readonly TimelineItem[], stored: number): readonly TimelineItem[] {
    if (this.members.size === 0) return items;
    let number = Infinity;
    const shown = [...items];
    for (let at = stored - 1; at >= 0; at -= 1) {
      const item = items[at]!;
      if (item.kind === 'gap') continue;
      number = Math.min(number, item.message.number ?? this.numbers.get(item.message.message_id) ?? Infinity);
      shown[at] = { kind: 'message', message: this.showOne(item.message, number) };
    }
    return shown;
  }

  private showOne(message: MessageView, number: number): MessageView {
    if (!message.own || message.state !== 'stored' || number === Infinity) return message;
    let received_by = 0;
    let read_by = 0;
    for (const { received, read, joinedAt } of this.members.values()) {
      if (Math.max(received, read) < number || joinedAt > (message.sent_at ?? '')) continue;
      received_by += 1;
      if (read >= number) read_by += 1;
    }
    if (received_by === 0) return message;
    const known = this.shown.get(message);
    if (known?.received_by === received_by && known.read_by === read_by) return known;
    const view: MessageView = { ...message, state: read_by > 0 ? 'read' : 'received', received_by, read_by };
    this.shown.set(message, view);
    return view;
  }

  private merge({ user_id, received, read }: MemberReceipt, joinedAt: string | undefined, toldAt: number): void {
    if (user_id === this.userId) return;
    const known = this.members.get(user_id);
    this.members.set(user_id, {
      received: Math.max(known?.received ?? 0, this.learn(received)),
      read: Math.max(known?.read ?? 0, this.learn(read)),
      joinedAt: joinedAt ?? known?.joinedAt ?? '',
      toldAt: Math.max(known?.toldAt ?? 0, toldAt),
    });
  }

  private learn(mark: ReceiptMark | undefined): number {
    if (mark === undefined) return 0;
    this.numbers.set(mark.message_id, mark.number);
    return mark.number;
  }
}
