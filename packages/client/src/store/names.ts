import { isFinal } from '../errors';
import { Derived } from './observable';
import type { TimelineView } from './views';

/** Names of users: asked for when first wanted, and again on retry() where the answer did not come. */
export class Names {
  readonly view = new Derived<ReadonlyMap<string, string>>(() => new Map(this.known));
  private readonly known = new Map<string, string>();
  private readonly asked = new Set<string>();
  private readonly failed = new Set<string>();

  constructor(private readonly getName: (userId: string) => Promise<string>) {}

  get(userId: string): string | undefined {
    return this.known.get(userId);
  }

  set(userId: string, name: string): void {
    if (this.known.get(userId) === name) return;
    this.known.set(userId, name);
    this.view.changed();
  }

  /** Sees to it that this user's name will be known. */
  want(userId: string): void {
    if (this.known.has(userId) || this.asked.has(userId)) return;
    this.asked.add(userId);
    void this.getName(userId).then(
      (name) => this.set(userId, name),
      (thrown: unknown) => {
        // A user who is gone has no name: it is not asked for again.
        if (isFinal(thrown)) return;
        this.asked.delete(userId);
        this.failed.add(userId);
      },
    );
  }

  /** Sees to it that the names of those who wrote what is shown will be known. */
  wantSenders({ items }: TimelineView): void {
    for (const item of items) if (item.kind === 'message') this.want(item.message.sender_id);
  }

  /** The connection is back: asks for what was not answered. */
  retry(): void {
    const again = [...this.failed];
    this.failed.clear();
    for (const userId of again) this.want(userId);
  }
}
