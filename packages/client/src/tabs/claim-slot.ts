/**
 * What a tab keeps over reloads: messages that wait, drafts. Each tab has a slot of its own in the storage that all share;
 * a tab takes the first that no other tab has. What concerns the user's inbox is kept once for all of them.
 */
import type { ChatStorage } from '../storage';
import type { TabLocks } from './browser';

/** Most tabs of a browser. */
const MAX_SLOTS = 100;
const prefixOf = (slot: number | string): string => `chat-app.device.${slot}.`;
/** Device, position and memory belong to the connection, which all tabs share. */
const SHARED = /\.inbox$/;

/** A storage that answers at once, as `localStorage` does. */
export interface SyncStorage extends ChatStorage {
  getItem(key: string): string | null;
}

export interface Slot {
  readonly storage: SyncStorage;
  /** Hands the messages of tabs that are gone to `take`, which returns once it keeps them. */
  adopt(userId: string, take: (entries: unknown[]) => Promise<void>): Promise<void>;
  /** Lets another tab have it. */
  release(): void;
}

/** Claims a slot until it is released or the tab is gone. @throws Error where there are too many tabs */
export async function claimSlot(storage: SyncStorage, locks: TabLocks): Promise<Slot> {
  for (let slot = 0; slot < MAX_SLOTS; slot += 1) {
    const release = await hold(locks, slot);
    if (release === undefined) continue;
    const adopt: Slot['adopt'] = async (userId, take) => {
      for (let other = 0; other < MAX_SLOTS; other += 1) {
        if (other !== slot) await adoptFrom(storage, locks, other, userId, take);
      }
    };
    return { storage: slotStorage(storage, slot), adopt, release };
  }
  throw new Error('too many tabs');
}

/** That of a tab where there are no locks: the name of the tab says which it is. */
export function namedSlot(storage: SyncStorage, name: string): Slot {
  return { storage: prefixed(storage, prefixOf(name)), adopt: async () => undefined, release: () => undefined };
}

function hold(locks: TabLocks, slot: number): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    locks
      .request(prefixOf(slot), { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined);
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(reject);
  });
}

async function adoptFrom(
  storage: SyncStorage,
  locks: TabLocks,
  other: number,
  userId: string,
  take: (entries: unknown[]) => Promise<void>,
): Promise<void> {
  const key = `${prefixOf(other)}chat-app.${userId}.outbox`;
  if ((storage.getItem(key) ?? '[]') === '[]') return;
  let release: (() => void) | undefined;
  try {
    release = await hold(locks, other);
    const entries = JSON.parse(storage.getItem(key) ?? '[]') as unknown;
    if (release === undefined || !Array.isArray(entries)) return;
    await take(entries);
    storage.removeItem(key);
  } catch {
    // What cannot be read or taken stays where it is.
  } finally {
    release?.();
  }
}

function slotStorage(storage: SyncStorage, slot: number): SyncStorage {
  const own = prefixed(storage, prefixOf(slot));
  const of = (key: string): SyncStorage => (SHARED.test(key) ? storage : own);
  return {
    getItem: (key) => of(key).getItem(key),
    setItem: (key, value) => of(key).setItem(key, value),
    removeItem: (key) => of(key).removeItem(key),
  };
}

function prefixed(storage: SyncStorage, prefix: string): SyncStorage {
  return {
    getItem: (key) => storage.getItem(prefix + key),
    setItem: (key, value) => storage.setItem(prefix + key, value),
    removeItem: (key) => storage.removeItem(prefix + key),
  };
}
