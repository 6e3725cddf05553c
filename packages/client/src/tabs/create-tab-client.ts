import { newId } from '@chat-app/protocol/pure';
import type { ChatClient } from '../chat-client';
import { createChatClient } from '../create-chat-client';
import type { JsonObject } from '../events';
import type { ChatClientOptions } from '../options';
import { Timers } from '../state/timers';
import { isEntry } from '../storage';
import { tabEnvironment, type TabEnvironment } from './browser';
import { claimSlot, namedSlot, type Slot, type SyncStorage } from './claim-slot';
import { sharedWebSocket } from './shared-socket';

const DEVICE_KEY = 'chat-app.device-id';
const TAB_KEY = 'chat-app.tab';
/** Between looks for what tabs that are gone left to be sent. */
const ADOPT_MS = 2_000;

export interface TabClientOptions extends Omit<ChatClientOptions, 'storage'> {
  /** What all tabs share: `localStorage`. */
  storage: SyncStorage;
}

/** A client of one tab. */
export interface TabClient<Data extends JsonObject = JsonObject> {
  readonly client: ChatClient<Data>;
  /** What is kept of this tab alone, for instance by a store: drafts, messages that were refused. */
  readonly storage: SyncStorage;
}

/**
 * Makes a client as createChatClient does, for a page that may be open in several tabs: they are one device, share one
 * connection and the tokens of their session, and keep their messages apart. What a tab that is gone left to be sent
 * another sends. close() of the client lets go of everything. Without Web Locks or BroadcastChannel (an insecure origin)
 * each tab is a device with a connection of its own.
 * @throws as createChatClient
 */
export async function createTabClient<Data extends JsonObject = JsonObject>(
  { storage: shared, ...options }: TabClientOptions,
  environment: TabEnvironment | undefined = tabEnvironment(),
  adoptAfterMs: number = ADOPT_MS,
): Promise<TabClient<Data>> {
  const slot = environment === undefined ? namedSlot(shared, tabName()) : await claimSlot(shared, environment.locks);
  try {
    const sharing = environment !== undefined && {
      WebSocket: sharedWebSocket(options.WebSocket, environment),
      deviceId: options.deviceId ?? (await deviceId(shared, environment)),
    };
    const client = await createChatClient<Data>({
      sharedTokens: shared,
      ...options,
      ...sharing,
      storage: slot.storage,
    });
    keepAdopting(client, slot, adoptAfterMs);
    return { client, storage: slot.storage };
  } catch (thrown) {
    slot.release();
    throw thrown;
  }
}

/** Looks for what other tabs left, until the client is closed. */
function keepAdopting(client: Adopter, slot: Slot, afterMs: number): void {
  const timers = new Timers();
  const look = async (): Promise<void> => {
    await slot.adopt(client.userId, (entries) => adopt(client, entries));
    timers.set('look', afterMs, () => void look());
  };
  client.whenClosed(() => {
    timers.releaseAll();
    slot.release();
  });
  void look();
}

type Adopter = Pick<ChatClient, 'userId' | 'pending' | 'adopt' | 'flush' | 'whenClosed'>;

/** @throws Error where not all of them are kept here now */
async function adopt(client: Adopter, entries: unknown[]): Promise<void> {
  const left = entries.filter(isEntry);
  client.adopt(left);
  const waiting = new Set(client.pending.map(({ id }) => id));
  if (!left.every(({ id }) => waiting.has(id))) throw new Error('there is no room for them');
  await client.flush();
}

/** The browser's name as a device: all tabs have one. */
function deviceId(storage: SyncStorage, { locks }: TabEnvironment): Promise<string> {
  return locks.request(DEVICE_KEY, {}, () => {
    const known = storage.getItem(DEVICE_KEY) ?? newId();
    storage.setItem(DEVICE_KEY, known);
    return known;
  });
}

/** Names a tab over its reloads. */
function tabName(): string {
  const { sessionStorage } = globalThis as { sessionStorage?: SyncStorage };
  const name = sessionStorage?.getItem(TAB_KEY) ?? newId();
  sessionStorage?.setItem(TAB_KEY, name);
  return name;
}
