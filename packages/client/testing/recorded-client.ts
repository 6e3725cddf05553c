import { WebSocket } from 'ws';
import { createChatClient, type ChatClient, type ChatClientOptions, type ChatEvents, type ChatStorage } from '../src';
import { Inflow, USER_1 } from './fake-server';

type Recorded = { [Name in keyof ChatEvents]: Inflow<ChatEvents[Name]> };

const NAMES = [
  'connection',
  'message',
  'message_state',
  'change_state',
  'edited',
  'deleted',
  'read',
  'settings',
  'blocked',
  'invitation',
  'changed',
  'stored',
  'typing',
  'adopted',
  'receipts',
  'presence',
  'conversation',
  'entry',
  'missed',
  'session',
  'fault',
] as const;

/** A client and everything it reported. */
export interface RecordedClient {
  client: ChatClient;
  events: Recorded;
}

export const session = (expiresInS = 600, token = 'token-1', refreshToken = 'refresh-1') => ({
  user_id: USER_1,
  token,
  expires_in: expiresInS,
  refresh_token: refreshToken,
  attempt_id: `attempt at ${refreshToken}`,
});

/** Starts a client with short delays against a server. */
export async function startClient(url: string, options: Partial<ChatClientOptions> = {}): Promise<RecordedClient> {
  const identity = options.getToken || options.credentials || options.session ? {} : { session: session() };
  const client = await createChatClient({
    url,
    WebSocket,
    confirmAfterMs: 20,
    reconnectBackoff: { firstMs: 10, maxMs: 40 },
    sendBackoff: { firstMs: 10, maxMs: 40 },
    ...identity,
    ...options,
  });
  const events = Object.fromEntries(NAMES.map((name) => [name, new Inflow()])) as unknown as Recorded;
  for (const name of NAMES) client.on(name, (event) => (events[name] as Inflow<unknown>).push(event));
  return { client, events };
}

/** A storage in memory; synchronous as `localStorage`. */
export function memoryStorage(): ChatStorage & { items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
