import type { Conversations } from '../http/answers';
import { Derived } from './observable';
import type { ListStatus } from './views';

/** Reads the server's list of conversations page by page, one read at a time. */
export class ListReader {
  private known: ListStatus = { loaded: false, more: false };
  readonly status = new Derived(() => this.known);
  private next: string | undefined;
  private loading: Promise<void> | undefined;

  /** @param read asks for a page; takes it in, and tells of faults by throwing */
  constructor(private readonly read: (after: string | undefined) => Promise<Pick<Conversations, 'next'>>) {}

  /** Whether the list was read, and the last read of it brought what it should. */
  get isGood(): boolean {
    return this.known.loaded && this.known.fault === undefined;
  }

  /** Reads from the beginning. Never rejects: `status` says what went wrong. */
  load(): Promise<void> {
    return this.once(undefined);
  }

  /** Reads the next older ones, where there are more. Never rejects. */
  loadMore(): Promise<void> {
    return this.next === undefined ? Promise.resolve() : this.once(this.next);
  }

  private once(after: string | undefined): Promise<void> {
    this.loading ??= this.readPage(after).finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async readPage(after: string | undefined): Promise<void> {
    try {
      const page = await this.read(after);
      this.next = page.next;
      this.known = { loaded: true, more: page.next !== undefined };
    } catch (thrown) {
      this.known = { ...this.known, fault: thrown instanceof Error ? thrown.message : String(thrown) };
    }
    this.status.changed();
  }
}
