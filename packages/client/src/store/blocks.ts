import type { UserBlocked } from '../events';
import type { BlocksApi } from '../http/blocks';
import { Derived } from './observable';
import { OwnList } from './own-list';

/** Whom the user blocks, as all of their devices know it. */
export class Blocks {
  readonly view = new Derived<ReadonlySet<string>>(() => new Set(this.known));
  private known = new Set<string>();
  private readonly list = new OwnList(
    () => this.api.list(),
    (blocks) => {
      this.known = new Set(blocks.map(({ user_id }) => user_id));
      this.view.changed();
    },
  );

  constructor(private readonly api: Pick<BlocksApi, 'list' | 'block' | 'unblock'>) {}

  /** Reads all of them. Never rejects: what is known stays. */
  load(): Promise<void> {
    return this.list.load();
  }

  /** This device or another of the user's changed it. */
  changed({ blocked_user_id, blocked }: Pick<UserBlocked, 'blocked_user_id' | 'blocked'>): void {
    this.list.changed();
    if (blocked) this.known.add(blocked_user_id);
    else this.known.delete(blocked_user_id);
    this.view.changed();
  }

  /** @throws ChatError */
  async set(userId: string, blocked: boolean): Promise<void> {
    await (blocked ? this.api.block(userId) : this.api.unblock(userId));
    this.changed({ blocked_user_id: userId, blocked });
  }
}
