import type { Registry } from '../connections/registry';

/**
 * Keeps what this pod knows of who blocks whom, for the users who are connected to it: persistence says it with the answers
 * that are asked for anyway. Where the fan-out says that it changed, one is asked for at once. What is not known here persistence
 * decides when it stores.
 */
export class BlockFollower {
  #questions = 0;

  constructor(private readonly registry: Registry) {}

  /** Numbers a question to persistence: of two answers the one that was asked later counts. */
  ask(): number {
    return ++this.#questions;
  }

  /** The answer about these users; undefined: from a persistence that does not know blocks. */
  take(
    userIds: readonly string[],
    blocks: Readonly<Record<string, readonly string[]>> | undefined,
    asked: number,
  ): void {
    if (blocks === undefined) return;
    for (const userId of userIds) this.registry.find(userId)?.replaceBlocks(blocks[userId] ?? [], asked);
  }
}
