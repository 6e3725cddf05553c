import { isObject } from './parsing/checks';
import type { OutboxEntry } from './state/outbox';

/**
 * Where a client keeps what a restart needs: the device id, the inbox position, the newest message ids and the outbox;
 * never a token (but see `sharedTokens`). `localStorage` is one, and so is any store with these three calls, synchronous or not. One client at a
 * time may use one storage and user.
 */
export interface ChatStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** What is kept of the inbox. */
export interface SavedInbox {
  device_id: string;
  position?: number;
  /** The numbering that the position belongs to. */
  epoch?: string;
  recent: string[];
}

/** Maximum ids that are kept: twice of what a server sends again. */
export const MAX_SAVED_IDS = 1_000;

/** Reads and writes one user's state. What cannot be read counts as not there; what cannot be written is reported. */
export class SavedState {
  private readonly key: string;
  /** Writes of the outbox that are under way, coalesced: the newest state wins. */
  private writing: Promise<void> | undefined;
  private dirty: (() => readonly OutboxEntry[]) | undefined;

  constructor(
    private readonly storage: ChatStorage | undefined,
    userId: string,
    private readonly onFault: (thrown: unknown) => void,
  ) {
    this.key = `chat-app.${userId}`;
  }

  async loadInbox(): Promise<SavedInbox | undefined> {
    const saved = (await this.read('inbox')) as Partial<SavedInbox> | undefined;
    if (typeof saved?.device_id !== 'string') return undefined;
    const recent = Array.isArray(saved.recent) ? saved.recent.filter((id) => typeof id === 'string') : [];
    const position = Number.isSafeInteger(saved.position) ? saved.position : undefined;
    const { device_id, epoch } = saved;
    return {
      device_id,
      recent,
      ...(position !== undefined && { position }),
      ...(typeof epoch === 'string' && { epoch }),
    };
  }

  async loadOutbox(): Promise<OutboxEntry[]> {
    const saved = await this.read('outbox');
    return Array.isArray(saved) ? saved.filter(isEntry) : [];
  }

  /** @returns whether it is kept, as far as something is to be kept at all. Never rejects. */
  saveInbox(inbox: SavedInbox): Promise<boolean> {
    return this.write('inbox', inbox);
  }

  /** Keeps the outbox: at once where the storage is synchronous and no write is under way, else soon. */
  saveOutbox(entries: () => readonly OutboxEntry[]): void {
    if (this.storage === undefined) return;
    this.dirty = entries;
    this.writing ??= this.writeOutbox().finally(() => {
      this.writing = undefined;
    });
  }

  /** Resolves once everything handed over is written. */
  async flush(): Promise<void> {
    while (this.writing !== undefined) await this.writing;
  }

  private async writeOutbox(): Promise<void> {
    while (this.dirty !== undefined) {
      const entries = this.dirty();
      this.dirty = undefined;
      await this.write('outbox', entries);
    }
  }

  private async read(name: string): Promise<unknown> {
    try {
      const text = await this.storage?.getItem(`${this.key}.${name}`);
      return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined;
    } catch (thrown) {
      this.onFault(thrown);
      return undefined;
    }
  }

  private async write(name: string, value: unknown): Promise<boolean> {
    try {
      await this.storage?.setItem(`${this.key}.${name}`, JSON.stringify(value));
      return true;
    } catch (thrown) {
      this.onFault(thrown);
      return false;
    }
  }
}

/** Whether what a storage held can be an entry of an outbox. */
export function isEntry(value: unknown): value is OutboxEntry {
  const entry = value as Partial<Record<keyof OutboxEntry, unknown>> | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    [entry.id, entry.message_id, entry.conversation_id, entry.content].every((field) => typeof field === 'string') &&
    (entry.recipient_id === undefined || typeof entry.recipient_id === 'string') &&
    (entry.data === undefined || isObject(entry.data)) &&
    (entry.change === undefined || (isObject(entry.change) && typeof entry.change['message_id'] === 'string'))
  );
}
