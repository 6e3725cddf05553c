import { ChatError, directConversationId, type ChatClient } from '@chat-app/client';
import type { Place } from './read-command';
import type { UserNames } from './user-names';

/** Where a message goes: exactly one of the two. */
export type Target = { readonly recipient_id: string } | { readonly conversation_id: string };

const SHORTEST_BEGINNING = 8;

/** Finds conversations by how somebody names them. */
export class Places {
  private titles = new Map<string, string>();

  constructor(
    private readonly client: Pick<ChatClient, 'userId' | 'conversations' | 'invitations'>,
    private readonly names: Pick<UserNames, 'idOf' | 'nameOf'>,
  ) {}

  /** @throws ChatError unknown_user, unknown_conversation */
  async targetOf(place: Place): Promise<Target> {
    if ('user' in place) return { recipient_id: await this.names.idOf(place.user) };
    if ('group' in place) return { conversation_id: await this.groupOf(place.group) };
    return { conversation_id: place.conversation_id };
  }

  /** @throws ChatError unknown_user, unknown_conversation */
  async conversationOf(place: Place): Promise<string> {
    const target = await this.targetOf(place);
    if ('conversation_id' in target) return target.conversation_id;
    return directConversationId(this.client.userId, target.recipient_id);
  }

  /** The id of a group by its title, in which hyphens may stand for spaces, or by the beginning of its id. */
  async groupOf(name: string): Promise<string> {
    const found = this.find(name) ?? (await this.load(), this.find(name));
    if (found !== undefined) return found;
    throw new ChatError('unknown_conversation', `you are in no group "${name}"`, false);
  }

  /**
   * The id of a group that the user is invited to, named as in `groupOf`. Anybody may give a group the title of another:
   * where several fit, none is taken.
   * @throws ChatError unknown_invitation, invalid_request
   */
  async invitationTo(name: string): Promise<string> {
    const invitations = await this.client.invitations.list();
    const found = allOf(
      name,
      invitations.map(({ conversation_id: id, title }) => [id, title]),
    );
    const [first, ...others] = found;
    if (first === undefined) {
      throw new ChatError('unknown_invitation', `you are invited to no group "${name}"`, false);
    }
    if (others.length === 0) return first;
    const choices = beginningsOf(found).map(async (beginning, index) => {
      const by = invitations.find(({ conversation_id: id }) => id === found[index])?.invited_by;
      return by === undefined ? beginning : `${beginning} (from ${await this.names.nameOf(by)})`;
    });
    const text = `you are invited to ${found.length} groups "${name}", name one by the beginning of its id: `;
    throw new ChatError('invalid_request', text + (await Promise.all(choices)).join(', '), false);
  }

  /** The title of a group; undefined where it is none, or has none. Never rejects. */
  async titleOf(conversationId: string): Promise<string | undefined> {
    if (!this.titles.has(conversationId)) {
      const { title = '' } = await this.client.conversations.get(conversationId).catch(() => ({ title: undefined }));
      this.titles.set(conversationId, title);
    }
    return this.titles.get(conversationId) || undefined;
  }

  /** A group has this title from now on. */
  rename(conversationId: string, title: string): void {
    this.titles.set(conversationId, title);
  }

  private find(name: string): string | undefined {
    return idOf(
      name,
      [...this.titles].filter(([, title]) => title !== ''),
    );
  }

  private async load(): Promise<void> {
    let after: string | undefined;
    do {
      const page = await this.client.conversations.list(after === undefined ? {} : { after });
      for (const { conversation_id: id, title = '' } of page.conversations) this.titles.set(id, title);
      after = page.next;
    } while (after !== undefined);
  }
}

type Group = readonly [id: string, title: string];

function idOf(name: string, groups: readonly Group[]): string | undefined {
  return titled(name, groups)[0] ?? begun(name, groups)[0];
}

/** An id that is given in full means one group, whatever the others are called. */
function allOf(name: string, groups: readonly Group[]): string[] {
  const found = new Set([...titled(name, groups), ...begun(name, groups)]);
  const id = name.toLowerCase();
  return found.has(id) ? [id] : [...found];
}

function titled(name: string, groups: readonly Group[]): string[] {
  const key = keyOf(name);
  return groups.filter(([, title]) => keyOf(title) === key).map(([id]) => id);
}

function begun(name: string, groups: readonly Group[]): string[] {
  if (name.length < SHORTEST_BEGINNING) return [];
  return groups.map(([id]) => id).filter((id) => id.startsWith(name.toLowerCase()));
}

/** What tells ids apart. */
function beginningsOf(ids: readonly string[]): string[] {
  const longest = Math.max(...ids.map((id) => id.length));
  for (let length = SHORTEST_BEGINNING; length < longest; length += 1) {
    const beginnings = ids.map((id) => id.slice(0, length));
    if (new Set(beginnings).size === ids.length) return beginnings;
  }
  return [...ids];
}

function keyOf(title: string): string {
  return title.toLowerCase().replaceAll(/[\s-]+/gu, '-');
}
