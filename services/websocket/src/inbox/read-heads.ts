import { LIMITS } from '@chat-app/protocol';
import { chunks, type Logger } from '@chat-app/platform';
import type { PersistenceClient } from '../peers/persistence-client';
import type { TimerWheel } from '../timer-wheel';
import type { Announcements } from './announcements';
import type { BlockFollower } from './follow-blocks';

/** How long single questions are collected into one call, milliseconds. */
const COLLECT_MS = 50;

/** Asks persistence how far inboxes reach. */
export class HeadReader {
  readonly #asked = new Map<string, ((head: number | undefined) => void)[]>();

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly announcements: Announcements,
    private readonly blocks: BlockFollower,
    private readonly wheel: TimerWheel,
    private readonly logger: Logger,
  ) {}

  /** Tells the head of each of these users who has an inbox. Resolves to whether all could be read; never rejects. */
  async read(userIds: readonly string[], tell: (userId: string, head: number) => void): Promise<boolean> {
    try {
      for (const part of chunks(userIds, LIMITS.usersPerCall)) {
        const asked = this.blocks.ask();
        const answer = await this.persistence.readHeads(part);
        this.blocks.take(part, answer.blocks, asked);
        this.announcements.takeFeatures(answer.features);
        // First, so that numbers of another numbering meet no connection.
        this.announcements.takeEpoch(answer.epoch);
        for (const [userId, head] of Object.entries(answer.heads)) tell(userId, head);
      }
      return true;
    } catch (error) {
      this.logger.debug('inbox heads could not be read', { error });
      return false;
    }
  }

  /** The head of one user, soon, in one call with others. Undefined where it could not be read. Never rejects. */
  readSoon(userId: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const asked = this.#asked.get(userId);
      if (asked !== undefined) {
        asked.push(resolve);
        return;
      }
      this.#asked.set(userId, [resolve]);
      if (this.#asked.size === 1) this.wheel.after(COLLECT_MS, () => void this.#readAsked());
    });
  }

  async #readAsked(): Promise<void> {
    const asked = new Map(this.#asked);
    this.#asked.clear();
    const heads = new Map<string, number>();
    await this.read([...asked.keys()], (userId, head) => heads.set(userId, head));
    for (const [userId, resolvers] of asked) for (const resolve of resolvers) resolve(heads.get(userId));
  }
}
