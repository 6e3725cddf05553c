import { newId } from '@chat-app/protocol/pure';
import { resolveAddresses } from './addresses';
import { ChatClient } from './chat-client';
import { socketConstructor } from './connection/socket';
import { Emitter } from './emitter';
import type { ChatEvents, JsonObject } from './events';
import { login, refresh, type HttpOptions, type Session } from './http/authentication';
import { compileOptions, type ChatClientOptions } from './options';
import { readClaims } from './session/read-claims';
import { PRIVATE_SESSION, sharedSession, type Locks, type SessionStore } from './session/session-store';
import { sessionTokens, suppliedTokens, type TokenSource } from './session/token-source';
import { Outbox } from './state/outbox';
import { RecentIds } from './state/recent-ids';
import { SavedState } from './storage';

/**
 * Makes a client and begins to connect. Resolves before it is online: listen to `connection`, or send at once, what is
 * sent waits. Call close() when done.
 * @throws ChatError where the credentials are refused or the service that should check them cannot be reached; TypeError
 * where an option is wrong.
 * @typeParam Data what the application hangs on messages
 */
export async function createChatClient<Data extends JsonObject = JsonObject>(
  options: ChatClientOptions,
): Promise<ChatClient<Data>> {
  const compiled = compileOptions(options);
  const addresses = resolveAddresses(options);
  const WebSocket = socketConstructor(options.WebSocket);
  const events: Emitter<ChatEvents> = new Emitter((thrown) => reportFault(events, thrown));
  const http: HttpOptions = {
    url: addresses.authentication,
    timeoutMs: compiled.httpTimeoutMs,
    ...(options.fetch !== undefined && { fetch: options.fetch }),
  };
  const tokens = await identify(options, http, events);
  const saved = new SavedState(options.storage, tokens.userId, (thrown) => events.emit('fault', asError(thrown)));
  const [inbox, entries] = [await saved.loadInbox(), await saved.loadOutbox()];
  const outbox = new Outbox({ capacity: compiled.outboxCapacity, backoff: compiled.sendBackoff });
  for (const entry of entries) if (!outbox.has(entry.id)) outbox.add(entry);
  const deviceId = options.deviceId ?? inbox?.device_id ?? newId();
  // Position and memory belong to the device that saved them.
  const resumed = inbox?.device_id === deviceId ? inbox : undefined;
  if (resumed === undefined) await saved.saveInbox({ device_id: deviceId, recent: [] });
  return new ChatClient<Data>({
    addresses,
    options: compiled,
    WebSocket,
    fetch: options.fetch ?? globalThis.fetch,
    events,
    tokens,
    http,
    saved,
    outbox,
    recent: new RecentIds(compiled.recentCapacity, resumed?.recent ?? []),
    resumed: { position: resumed?.position, epoch: resumed?.epoch },
    deviceId,
  });
}

async function identify(
  options: ChatClientOptions,
  http: HttpOptions,
  events: Emitter<ChatEvents>,
): Promise<TokenSource> {
  const { session: given, credentials, getToken } = options;
  if ([given, credentials, getToken].filter((each) => each !== undefined).length !== 1) {
    throw new TypeError('give exactly one of session, credentials and getToken');
  }
  if (getToken !== undefined) return suppliedTokens(getToken);
  const session = given ?? (credentials && (await login(http, credentials.username, credentials.password)));
  if (session === undefined) throw new TypeError('give exactly one of session, credentials and getToken');
  const refreshWith = (refreshToken: string, attemptId: string): Promise<Session> =>
    refresh(http, refreshToken, attemptId);
  const store = sessionStore(options, session, (thrown) => events.emit('fault', asError(thrown)));
  return sessionTokens(session, refreshWith, (next) => events.emit('session', next), store);
}

function sessionStore(
  { sharedTokens }: ChatClientOptions,
  session: Session,
  onFault: (thrown: unknown) => void,
): SessionStore {
  const { sid } = readClaims(session.token);
  // Tokens that name no session could be those of another log-in.
  if (sharedTokens === undefined || sid === undefined) return PRIVATE_SESSION;
  const locks = (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
  return sharedSession(sharedTokens, sid, locks, onFault);
}

/** A listener of `fault` that throws itself has nobody else to tell. */
function reportFault(events: Emitter<ChatEvents>, thrown: unknown): void {
  if (reporting.has(events)) return;
  reporting.add(events);
  events.emit('fault', asError(thrown));
  reporting.delete(events);
}
const reporting = new WeakSet<object>();

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
