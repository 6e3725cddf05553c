import { ChatError, type ChatClient, type History, type SentMessage } from '@chat-app/client';
import type { Conversations } from '@chat-app/client';
import type { Places } from './places';
import type { Command, Place } from './read-command';
import type { UserNames } from './user-names';

/** What came of a command. */
export type Outcome =
  | { readonly kind: 'sent'; readonly sent: SentMessage }
  | { readonly kind: 'history'; readonly history: History }
  | { readonly kind: 'list'; readonly conversations: Conversations['conversations'] }
  | { readonly kind: 'group'; readonly conversation_id: string; readonly title: string }
  | { readonly kind: 'done' };

const NEWEST = 20;

/** Does what commands ask for. It remembers where the last message went. */
export class Commands {
  private last: Place | undefined;

  constructor(
    private readonly client: ChatClient,
    private readonly names: UserNames,
    private readonly places: Places,
  ) {}

  /** @throws ChatError */
  async run(command: Command): Promise<Outcome> {
    const { conversations } = this.client;
    switch (command.kind) {
      case 'say':
        return { kind: 'sent', sent: await this.say(command.to ?? this.last, command.content) };
      case 'history': {
        const of = command.of ?? this.last;
        if (of === undefined) throw invalid('of whom? /history user2');
        const id = await this.places.conversationOf(of);
        return { kind: 'history', history: await conversations.history(id, { limit: NEWEST }) };
      }
      case 'list':
        return { kind: 'list', conversations: (await conversations.list()).conversations };
      case 'group': {
        const ids = await Promise.all(command.members.map((name) => this.names.idOf(name)));
        const { conversation_id } = await conversations.createGroup(command.title, ids);
        this.places.rename(conversation_id, command.title);
        this.last = { conversation_id };
        return { kind: 'group', conversation_id, title: command.title };
      }
      case 'add':
        await conversations.putMember(await this.places.groupOf(command.group), await this.names.idOf(command.user));
        return { kind: 'done' };
      case 'remove':
        await conversations.removeMember(await this.places.groupOf(command.group), await this.names.idOf(command.user));
        return { kind: 'done' };
      case 'leave':
        await conversations.removeMember(await this.places.groupOf(command.group), this.client.userId);
        return { kind: 'done' };
      case 'accept':
        await this.client.invitations.accept(await this.places.invitationTo(command.group));
        return { kind: 'done' };
      case 'decline':
        await this.client.invitations.decline(await this.places.invitationTo(command.group));
        return { kind: 'done' };
      case 'help':
      case 'quit':
      case 'nothing':
      case 'unknown':
        return { kind: 'done' };
    }
  }

  private async say(to: Place | undefined, content: string): Promise<SentMessage> {
    if (to === undefined) throw invalid('to whom? begin with @name or #group');
    const target = await this.places.targetOf(to);
    this.last = to;
    return this.client.send({ ...target, content });
  }
}

function invalid(message: string): ChatError {
  return new ChatError('invalid_request', message, false);
}
