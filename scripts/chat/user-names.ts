import type { ChatClient } from '@chat-app/client';

/** Names of users and ids of names, each asked for once. */
export class UserNames {
  private readonly names = new Map<string, Promise<string>>();
  private readonly ids = new Map<string, string>();

  constructor(private readonly client: ChatClient) {}

  /** @throws ChatError unknown_user */
  async idOf(name: string): Promise<string> {
    const key = name.toLowerCase();
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const user = await this.client.findUser(name);
    this.ids.set(key, user.user_id);
    this.names.set(user.user_id, Promise.resolve(user.username));
    return user.user_id;
  }

  /** Never rejects: without an answer the beginning of the id has to do. */
  nameOf(userId: string): Promise<string> {
    const asked =
      this.names.get(userId) ??
      this.client
        .getUser(userId)
        .then((user) => user.username)
        .catch(() => {
          // Asked again with the next message.
          this.names.delete(userId);
          return userId.slice(0, 8);
        });
    this.names.set(userId, asked);
    return asked;
  }
}
