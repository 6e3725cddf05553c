import type { BackoffOptions } from '@chat-app/timing';
import type { AddressOptions } from './addresses';
import type { Session } from './http/authentication';
import type { Fetch } from './http/request';
import type { ChatStorage } from './storage';

/** Who connects: exactly one of the three. */
export interface Identity {
  /**
   * What register, login or refresh answered, or the event `session` told, whole: its `attempt_id` belongs to its refresh
   * token. A refresh token is single use: several clients may use one session only where they share its tokens
   * (`sharedTokens`).
   */
  session?: Session;
  /** Logs in first. */
  credentials?: { username: string; password: string };
  /** Gives an access token; called again whenever a newer one is needed. */
  getToken?: () => Promise<string> | string;
}

export interface ChatClientOptions extends AddressOptions, Identity {
  /**
   * Name of this device, kept between starts, so that it resumes where it stopped. By default that of the storage, else
   * a new one.
   */
  deviceId?: string;
  /** Keeps outbox, position and device id over restarts. By default nothing is kept. */
  storage?: ChatStorage;
  /**
   * Keeps the newest tokens of the session for every tab of this browser, for instance `localStorage`: one tab refreshes
   * at a time, and one that wakes later takes what the others left instead of using an old refresh token again, which
   * would end the session. By default a session belongs to one client, and no token is kept.
   */
  sharedTokens?: ChatStorage;
  /** WebSocket constructor where the runtime has none (Node 20: that of the package `ws`), or to see pings. */
  WebSocket?: unknown;
  fetch?: Fetch;
  /** Maximum messages that wait to be accepted. Default 1,000. */
  outboxCapacity?: number;
  /** Most message ids remembered to show each message once. Default 5,000. */
  recentCapacity?: number;
  /** `received` is sent this long after an entry … Default 500. */
  confirmAfterMs?: number;
  /** … or after this many. Default 50. */
  confirmAfterEntries?: number;
  /** Between connections. Default 500 ms to 30 s. */
  reconnectBackoff?: BackoffOptions;
  /** Between tries of a message that was rejected for the moment. Default 500 ms to 30 s. */
  sendBackoff?: BackoffOptions;
  /** Time within which `welcome` must come. Default 15,000. */
  welcomeTimeoutMs?: number;
  /** Time within which a send must be answered; longer means that the connection is dead. Default 20,000. */
  answerTimeoutMs?: number;
  /** Time within which a missing inbox entry must come, before a new connection is made. Default 5,000. */
  holeTimeoutMs?: number;
  /** Of each HTTP call. Default 15,000. */
  httpTimeoutMs?: number;
}

/** Clients are many: all of each wait is left to chance. */
const BACKOFF: BackoffOptions = { firstMs: 500, maxMs: 30_000, jitter: 'full' };

/** The numbers of the options, complete. */
export function compileOptions(options: ChatClientOptions) {
  return {
    outboxCapacity: options.outboxCapacity ?? 1_000,
    recentCapacity: options.recentCapacity ?? 5_000,
    confirmAfterMs: options.confirmAfterMs ?? 500,
    confirmAfterEntries: options.confirmAfterEntries ?? 50,
    reconnectBackoff: { ...BACKOFF, ...options.reconnectBackoff },
    sendBackoff: { ...BACKOFF, ...options.sendBackoff },
    welcomeTimeoutMs: options.welcomeTimeoutMs ?? 15_000,
    answerTimeoutMs: options.answerTimeoutMs ?? 20_000,
    holeTimeoutMs: options.holeTimeoutMs ?? 5_000,
    httpTimeoutMs: options.httpTimeoutMs ?? 15_000,
  };
}
export type CompiledOptions = ReturnType<typeof compileOptions>;
