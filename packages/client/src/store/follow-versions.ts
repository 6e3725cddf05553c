import type { StoredMessage } from '@chat-app/protocol';
import type { History } from '../http/answers';

export interface FollowVersionsOptions {
  /** Reads what changed after a version. */
  changes(version: number): Promise<History>;
  /** A message in the state of its version. Must not throw. */
  onMessage(message: StoredMessage): void;
}

/**
 * Which version of its conversation what is held is as new as, and the reading of what is missing: one at a time. Undefined
 * until a page of the history was read: before that nothing is held that could be old.
 */
export class VersionFollower {
  private version: number | undefined;
  private reading: Promise<void> | undefined;
  private again = false;
  private generation = 0;
  /** Changes may have been missed. */
  private isStale = false;

  constructor(private readonly options: FollowVersionsOptions) {}

  /** A page of the history is as new as this version. */
  pageRead(version: number | undefined): void {
    if (version === undefined) return;
    if (this.version === undefined) this.isStale = false;
    const { version: known = version } = this;
    this.version = Math.min(known, version);
    // The page was read before changes that are known: it may lack some.
    if (version < known) void this.catchUp();
  }

  /** Whether nothing is known to be missing before what changed a conversation of this version. */
  isNext(previous: number): boolean {
    return this.version === undefined || previous <= this.version;
  }

  /** A message changed. What came between the version known and `previous` was missed. */
  changed(previous: number, version: number): void {
    if (this.version === undefined) return;
    if (previous > this.version) void this.catchUp();
    else this.version = Math.max(this.version, version);
  }

  /** Changes may have been missed, for instance while there was no connection. */
  missed(): void {
    this.isStale = true;
  }

  /** Somebody looks: reads what was missed, where something may have been. Never rejects. */
  async refresh(): Promise<void> {
    if (this.isStale) await this.catchUp();
  }

  /** Reads what changed since. Never rejects: what could not be read is, with the next reason to. */
  catchUp(): Promise<void> {
    if (this.version === undefined) return Promise.resolve();
    this.again = true;
    return (this.reading ??= this.read());
  }

  /** What came after this version is read once more. */
  lookAgain(version: number): void {
    if (this.version === undefined) return;
    this.version = Math.min(this.version, version);
    void this.catchUp();
  }

  /** What was known counts no more. */
  reset(): void {
    this.version = undefined;
    this.generation += 1;
  }

  private async read(): Promise<void> {
    while (this.again && this.version !== undefined) {
      this.again = false;
      const { generation, version: asked } = this;
      this.isStale = false;
      const page = await this.options.changes(asked).catch(() => undefined);
      if (page === undefined) this.isStale = true;
      if (page === undefined || generation !== this.generation) continue;
      for (const message of page.messages) this.options.onMessage(message);
      // A page of history that came meanwhile may be older: then the rest is read again.
      const reached = page.version ?? asked;
      if (this.version === asked) this.version = reached;
      else if (this.version < asked) this.again = true;
      else this.version = Math.max(this.version, reached);
      if (page.more && reached > asked) this.again = true;
    }
    this.again = false;
    this.reading = undefined;
  }
}
