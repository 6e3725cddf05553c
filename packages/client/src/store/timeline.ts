/**
 * The messages of one conversation: what is known of its history, and own messages that wait to be accepted. Loads a gap
 * when it is told that somebody looks at it.
 */
import type { StoredMessage } from '@chat-app/protocol';
import type { ChangeStateChange, MessageChanged, MessageStateChange, ReceivedMessage } from '../events';
import type { History } from '../http/answers';
import type { HistoryPage } from '../http/conversations';
import { amend, Amendments, contentOf, type Amendment } from './amend-messages';
import { VersionFollower } from './follow-versions';
import { HistoryPieces } from './history-pieces';
import { END_GAP, GapLoader } from './load-gaps';
import { inState, MessageStates } from './message-states';
import { Derived } from './observable';
import { OwnChanges } from './own-changes';
import { OwnReactions, type SentReaction } from './own-reactions';
import { isCut, reactionsOf } from './reactions';
import { Receipts } from './receipts';
import { viewOf, type MessageView, type TimelineItem, type TimelineView } from './views';

const CHANGES_PER_READ = 100;

export interface TimelineOptions {
  readonly userId: string;
  history(page: HistoryPage): Promise<History>;
  /** Messages one read asks for. */
  readonly pageSize: number;
}

export class Timeline {
  readonly view = new Derived<TimelineView>(() => this.compute());
  private readonly pieces = new HistoryPieces<MessageView>(wasAcceptedBefore);
  private readonly amendments = new Amendments();
  private readonly changes = new OwnChanges();
  private readonly receipts: Receipts;
  private states = new MessageStates();
  private readonly reactions = new OwnReactions();
  private readonly versions = new VersionFollower({
    changes: (changed_after) => this.options.history({ changed_after, limit: CHANGES_PER_READ }),
    onMessage: (message) => this.told(message, false),
  });
  private pending: MessageView[] = [];
  private readonly gaps: GapLoader;

  constructor(private readonly options: TimelineOptions) {
    this.receipts = new Receipts(options.userId);
    this.gaps = new GapLoader({
      pieces: this.pieces,
      history: (page) => options.history(page),
      pageSize: options.pageSize,
      takeIn: (messages) => this.takeIn(messages),
      onPage: (version) => this.versions.pageRead(version),
      onChanged: () => this.changed(),
    });
  }

  /** The newest message of the conversation, own waiting ones included. */
  get newest(): MessageView | undefined {
    return this.pending.at(-1) ?? this.pieces.newest;
  }

  /** The newest message of another user that is known here. */
  get newestOfOthers(): MessageView | undefined {
    for (const run of [this.pieces.unstored, ...[...this.pieces.runs].reverse()]) {
      const found = run.findLast((one) => !one.own);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Messages of others that came and are not stored yet. */
  get liveOfOthers(): readonly MessageView[] {
    return this.pieces.unstored.filter((one) => !one.own);
  }

  /** Whether the newest messages were read, so that what is shown reaches the present. */
  get isCurrent(): boolean {
    return this.pieces.atEnd;
  }

  has(messageId: string): boolean {
    return this.pieces.has(messageId);
  }

  /** A message came over the connection. @returns whether it is new here */
  received(message: ReceivedMessage): boolean {
    const isNew = !this.pieces.has(message.message_id);
    const isEntry = message.seq !== undefined;
    const view = this.viewOf(message, isEntry ? 'stored' : 'accepted');
    if (isEntry) this.pieces.entry(view);
    else this.pieces.arrived(view);
    this.changed();
    return isNew;
  }

  /** An own message was taken into the outbox. */
  sending(message: Omit<MessageView, 'own' | 'state' | 'sender_id'>): void {
    if (this.pending.some((one) => one.message_id === message.message_id)) return;
    if (this.pieces.has(message.message_id)) return;
    this.pending.push({ ...message, sender_id: this.options.userId, own: true, state: 'sending' });
    this.changed();
  }

  /** An own message that was refused is shown again, for instance after a restart. */
  restoreFailed(message: MessageView): void {
    this.pending.push(message);
    this.changed();
  }

  /** Removes a message that was refused. @returns it */
  discard(messageId: string): MessageView | undefined {
    const at = this.pending.findIndex((one) => one.message_id === messageId && one.state === 'failed');
    const [message] = at === -1 ? [] : this.pending.splice(at, 1);
    this.changed();
    return message;
  }

  get failed(): readonly MessageView[] {
    return this.pending.filter((one) => one.state === 'failed');
  }

  /** The state of an own message changed. */
  stateChanged(change: MessageStateChange): void {
    const { message_id, state, sent_at, code, reason } = change;
    const waiting = this.pending.find((one) => one.message_id === message_id);
    if (state === 'failed' && waiting !== undefined) {
      const failed = {
        ...waiting,
        state,
        ...(code !== undefined && { code }),
        ...(reason !== undefined && { reason }),
      };
      this.pending = this.pending.map((one) => (one === waiting ? failed : one));
    } else if (state === 'accepted' && waiting !== undefined) {
      // Its place is where it was accepted: after all that came before.
      this.pieces.arrived({ ...waiting, state, ...(sent_at !== undefined && { sent_at }) });
      this.pending = this.pending.filter((one) => one !== waiting);
    } else if (state === 'stored') this.showStored(message_id);
    this.changed();
  }

  /** A message was edited or deleted. */
  amended(amendment: Amendment): void {
    this.amendments.record(amendment);
    this.pieces.update(amendment.message_id, (message) => amend(message, amendment));
    this.changed();
  }

  /** An own edit or deletion was taken into the outbox. */
  changing(messageId: string, id: string, type: 'edit' | 'delete', content: string): void {
    this.changes.sending(messageId, id, type, content);
    this.changed();
  }

  /** The state of an own edit or deletion changed. */
  changeStateChanged(change: ChangeStateChange): void {
    const { change: type, message_id, id, state } = change;
    if (type !== 'react') {
      if (this.changes.stateChanged(change)) this.changed();
    } else if (state !== 'sending') {
      this.reactions.stateChanged(message_id, id, state);
      this.changed();
    }
  }

  /** An own reaction was taken into the outbox. */
  reacting(messageId: string, reaction: SentReaction): void {
    this.reactions.sending(messageId, reaction);
    this.changed();
  }

  /** A message of the conversation is something else now. */
  messageChanged({ previous, version, message, changes }: MessageChanged): void {
    this.told(message, this.versions.isNext(previous));
    this.versions.changed(previous, version);
    // Whether one's own is among those who are not named, only an answer to oneself tells.
    const mine = changes?.some(({ actor_id }) => actor_id === this.options.userId) === true;
    if (mine && reactionsOf(message.reactions, this.options.userId).some(isCut)) this.versions.lookAgain(previous);
  }

  /** A connection begins: what changed while there was none was not told. */
  reconnected(): void {
    this.versions.missed();
  }

  /** Reads what changed since what is known. Never rejects. */
  readChanges(): Promise<void> {
    return this.versions.catchUp();
  }

  /** The whole state of a message. @param isNext nothing was missed before it */
  private told(message: StoredMessage, isNext: boolean): void {
    const amendment = contentOf(message);
    if (amendment !== undefined) this.amended(amendment);
    const { message_id, version } = message;
    if (version === undefined) return;
    const state = { message_id, version, reactions: reactionsOf(message.reactions, this.options.userId) };
    this.states.record(state);
    this.pieces.update(message_id, (known) => {
      const newer = inState(known, state);
      this.reactions.told(newer, isNext);
      return newer;
    });
    this.changed();
  }

  /** Forgets an edit or deletion that was refused. */
  dismissChange(messageId: string): void {
    this.changes.dismiss(messageId);
    this.changed();
  }

  /** Messages that came before are entries of the inbox now, in this order. */
  stored(messageIds: readonly string[]): void {
    for (const id of messageIds) if (this.showStored(id)) this.pieces.stored(id);
    this.changed();
  }

  /** How far the other members came is about to be asked for. @returns what `answered` is to be given */
  askReceipts(): number {
    return this.receipts.ask();
  }

  /** Something became known of how far the other members came. */
  changeReceipts(change: (receipts: Receipts) => void): void {
    change(this.receipts);
    this.changed();
  }

  /** Entries of the inbox were left out. */
  missed(): void {
    this.gaps.outdate();
    this.pieces.missed();
    this.changed();
  }

  /** The server's history is another one. */
  reset(): void {
    this.gaps.outdate();
    this.pieces.reset();
    this.receipts.forget();
    this.versions.reset();
    // Versions are given anew.
    this.states = new MessageStates();
    this.changed();
  }

  /** Somebody looks at a gap: loads what is next to its newer side. Never rejects: `view.fault` says what went wrong. */
  loadGap(gapId: string): Promise<void> {
    return this.gaps.load(gapId);
  }

  /** Reads the newest messages where what is known does not reach them. Never rejects. */
  loadNewest(): Promise<void> {
    void this.versions.refresh();
    return this.gaps.loadNewest();
  }

  /** Makes views of what the history holds; what waited here and is there is accepted and stored. */
  private takeIn(messages: readonly StoredMessage[]): MessageView[] {
    const ids = new Set(messages.map((one) => one.message_id));
    this.pending = this.pending.filter((one) => !ids.has(one.message_id));
    return messages.map((message) => {
      const view = this.viewOf(message, 'stored');
      this.reactions.told(view, false);
      this.pieces.update(message.message_id, () => view);
      return view;
    });
  }

  /** Its place is another thing: the notice that tells of it says what was stored before it. @returns whether it is known */
  private showStored(messageId: string): boolean {
    return this.pieces.update(messageId, (one) => (one.own ? { ...one, state: 'stored' } : one));
  }

  private viewOf(
    message: ReceivedMessage & { number?: number | undefined },
    state: 'accepted' | 'stored',
  ): MessageView {
    return this.amendments.apply(this.states.apply(viewOf(message, this.options.userId, state)));
  }

  /** As its user wants it. */
  private show(message: MessageView): MessageView {
    return this.reactions.show(this.changes.show(message));
  }

  private compute(): TimelineView {
    const items: TimelineItem[] = [];
    const { runs, unstored, atBeginning, atEnd } = this.pieces;
    runs.forEach((run, index) => {
      const [first] = run;
      if (first === undefined) return;
      const gap_id = first.message_id;
      if (index > 0) items.push({ kind: 'gap', gap: { gap_id, place: 'middle' } });
      else if (!atBeginning) items.push({ kind: 'gap', gap: { gap_id, place: 'beginning' } });
      for (const message of run) items.push({ kind: 'message', message: this.show(message) });
    });
    const stored = items.length;
    if (!atEnd) items.push({ kind: 'gap', gap: { gap_id: END_GAP, place: 'end' } });
    for (const message of [...unstored, ...this.pending]) {
      items.push({ kind: 'message', message: this.show(message) });
    }
    const { loading, fault, hasEnded } = this.gaps;
    return {
      items: this.receipts.show(items, stored),
      loading,
      ...(hasEnded && { hasEnded }),
      ...(fault !== undefined && { fault }),
    };
  }

  private changed(): void {
    this.view.changed();
  }
}

/** By the server's times, which are all written alike. */
function wasAcceptedBefore({ sent_at: one }: MessageView, { sent_at: other }: MessageView): boolean {
  return one !== undefined && other !== undefined && one < other;
}
