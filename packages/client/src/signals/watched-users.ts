import { LIMITS } from '@chat-app/protocol/pure';

/** Whom the user watches, on this connection and the next. */
export class WatchedUsers {
  private userIds: readonly string[] = [];

  /** @param say tells the server, where it is reached */
  constructor(private readonly say: (userIds: readonly string[]) => void) {}

  /** Watches these users, in place of those before. */
  watch(userIds: readonly string[]): void {
    this.userIds = [...new Set(userIds)].slice(0, LIMITS.watchedUsers);
    this.say(this.userIds);
  }

  /** A connection begins: the server knows of nobody. */
  sayAgain(): void {
    if (this.userIds.length > 0) this.say(this.userIds);
  }
}
