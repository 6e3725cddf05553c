import { isFinal } from '../errors';
import type { InvitationChange } from '../events';
import type { InvitationsApi } from '../http/invitations';
import { Derived } from './observable';
import { OwnList } from './own-list';
import type { InvitationView } from './views';

/** The invitations that wait for the user's answer, as all of their devices know it: the newest first. */
export class Invitations {
  readonly view = new Derived<readonly InvitationView[]>(() => [...this.known.values()]);
  private known = new Map<string, InvitationView>();
  private readonly list = new OwnList(
    () => this.api.list(),
    (invitations) => {
      this.known = new Map(invitations.map((one) => [one.conversation_id, one]));
      for (const { invited_by } of invitations) this.wantName(invited_by);
      this.view.changed();
    },
  );

  constructor(
    private readonly api: Pick<InvitationsApi, 'list' | 'accept' | 'decline'>,
    private readonly wantName: (userId: string) => void,
  ) {}

  /** Reads all of them. Never rejects: what is known stays. */
  load(): Promise<void> {
    return this.list.load();
  }

  changed({ change, conversation_id, actor_id, title = '', at = '' }: InvitationChange): void {
    if (change === 'uninvited') return this.over(conversation_id, at);
    this.list.changed();
    const invited = { conversation_id, title, invited_by: actor_id ?? '', invited_at: at };
    this.known = new Map([[conversation_id, invited], ...this.known]);
    if (actor_id !== undefined) this.wantName(actor_id);
    this.view.changed();
  }

  /**
   * An invitation waits no more: answered here or elsewhere, or withdrawn.
   * @param at when. Whether one of later stands the list says: that the user joined is told with the entry, which a new invitation's live
   * copy may overtake, and two servers' clocks may differ
   */
  over(conversationId: string, at = ''): void {
    this.list.changed();
    const invited = this.known.get(conversationId);
    if (invited === undefined) return;
    if (Date.parse(invited.invited_at) > Date.parse(at)) return void this.load();
    this.known.delete(conversationId);
    this.view.changed();
  }

  /** @throws ChatError */
  async answer(conversationId: string, answer: 'accept' | 'decline'): Promise<void> {
    try {
      await this.api[answer](conversationId);
    } catch (thrown) {
      // It was over before.
      if (isFinal(thrown) && thrown.code === 'unknown_invitation') this.over(conversationId);
      throw thrown;
    }
    this.over(conversationId);
  }
}
