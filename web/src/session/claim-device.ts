/**
 * What a tab keeps over reloads: the device that it is for the server, the messages that wait, drafts. Each tab is a
 * device of its own, since one client at a time may use one storage. A tab takes the first device that no other tab is,
 * and what closed tabs left to be sent.
 */
import type { ChatClientOptions } from '@chat-app/client';

type Storage = NonNullable<ChatClientOptions['storage']>;

const MAX_DEVICES = 100;
const prefixOf = (slot: number | string): string => `chat-app.device.${slot}.`;

export interface Device {
  readonly storage: Storage;
  /** Lets another tab be this device. */
  release(): void;
}

/** Claims a device for this tab until it is released or the tab is gone. */
export async function claimDevice(userId: string): Promise<Device> {
  const { locks } = navigator as { locks?: LockManager };
  // Without TLS there are no locks: the tab's own storage says who it is.
  if (locks === undefined) return { storage: prefixed(prefixOf(tabName())), release: () => undefined };
  for (let slot = 0; slot < MAX_DEVICES; slot += 1) {
    const release = await hold(locks, slot);
    if (release === undefined) continue;
    const storage = prefixed(prefixOf(slot));
    for (const other of leftBehind(slot, userId)) await adopt(locks, other, slot, userId);
    return { storage, release };
  }
  throw new Error('too many tabs');
}

function hold(locks: LockManager, slot: number): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    locks
      .request(prefixOf(slot), { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined);
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(reject);
  });
}

const outboxKey = (slot: number, userId: string): string => `${prefixOf(slot)}chat-app.${userId}.outbox`;

/** Devices other than this that have messages to send. */
function leftBehind(slot: number, userId: string): number[] {
  return Array.from({ length: MAX_DEVICES }, (_, other) => other).filter((other) => {
    const saved = other === slot ? null : localStorage.getItem(outboxKey(other, userId));
    return saved !== null && saved !== '[]';
  });
}

/** Takes over the messages that a tab left which is gone. They have ids: none is sent twice. */
async function adopt(locks: LockManager, from: number, to: number, userId: string): Promise<void> {
  const release = await hold(locks, from);
  if (release === undefined) return;
  const [theirs, mine] = [outboxKey(from, userId), outboxKey(to, userId)];
  try {
    const entries = [mine, theirs].flatMap((key) => JSON.parse(localStorage.getItem(key) ?? '[]') as unknown[]);
    localStorage.setItem(mine, JSON.stringify(entries));
    localStorage.removeItem(theirs);
  } catch {
    // What cannot be read stays where it is.
  }
  release();
}

function tabName(): string {
  const known = sessionStorage.getItem('chat-app.tab');
  const name = known ?? Math.random().toString(36).slice(2);
  sessionStorage.setItem('chat-app.tab', name);
  return name;
}

function prefixed(prefix: string): Storage {
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
  };
}
