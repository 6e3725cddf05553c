import { isBlocks, type Blocks } from './answers';
import type { Call } from './conversations';

/** Whom the user blocks: while one of two blocks the other, neither writes to the other directly. Every method throws ChatError. */
export class BlocksApi {
  constructor(private readonly call: Call) {}

  /** Whom the user blocks, the newest first. Who blocks the user is told to nobody. */
  async list(): Promise<Blocks['blocks']> {
    return (await this.call({ method: 'GET', path: '/blocks', answer: isBlocks })).blocks;
  }

  /** The user's other devices are told: event `blocked`. @throws ChatError unknown_user, too_many_blocks */
  async block(userId: string): Promise<void> {
    await this.call({ method: 'PUT', path: path(userId) });
  }

  async unblock(userId: string): Promise<void> {
    await this.call({ method: 'DELETE', path: path(userId) });
  }
}

function path(userId: string): string {
  return `/blocks/${encodeURIComponent(userId)}`;
}
