import type { Socket } from 'node:net';
import { buildConnector, errors, Pool, type Dispatcher } from 'undici';
import { asError } from '../errors';

export interface HttpExchange {
  method: Dispatcher.HttpMethod;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  signal: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** The exchange failed before an answer was complete. */
export class ExchangeError extends Error {
  constructor(
    message: string,
    /** The connection had been used before and was closed: the server may have found it idle just then. */
    readonly staleConnection: boolean,
    options: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'ExchangeError';
  }
}

export interface SpreadPoolOptions {
  origin: string;
  maxConnections: number;
  maxResponseBytes: number;
  /** Time to make a connection, in milliseconds. */
  connectTimeoutMs: number;
  /** A connection carries no new exchange after this time. */
  maxConnectionAgeMs: number;
}

const LANES = 4;

interface Lane {
  pool: Pool;
  /** On the monotonic clock. */
  bornAt: number;
}

/**
 * Kept connections to one service behind an address that spreads connections, not requests, over its pods (a Kubernetes
 * Service). Exchanges go around over a few lanes of connections, and each lane is replaced when it is of age, one after
 * another: so a pod that is new gets its share, and one that is slow does not get all.
 *
 * The only file that knows the library `undici`. Its own limit of age goes by the wall clock and its pools use the first
 * free connection, so both are done here.
 */
export class SpreadPool {
  readonly #options: SpreadPoolOptions;
  readonly #lanes: Lane[];
  readonly #staleErrors = new WeakSet();
  #next = 0;
  #closed = false;

  constructor(options: SpreadPoolOptions) {
    this.#options = options;
    const count = Math.min(LANES, options.maxConnections);
    const step = options.maxConnectionAgeMs / count;
    // Of different ages from the start, so that they are not all replaced at once.
    this.#lanes = Array.from({ length: count }, (_, index) => this.#open(performance.now() - index * step));
  }

  /** One exchange: no redirects, no retries, a bounded answer. @throws ExchangeError */
  async exchange({ method, path, headers, body, signal }: HttpExchange): Promise<HttpAnswer> {
    try {
      const answer = await this.#choose().request({ method, path, headers, body: body ?? null, signal });
      return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
    } catch (cause) {
      throw new ExchangeError(reasonOf(cause), this.#isStale(cause), { cause });
    }
  }

  /** Closes the connections; exchanges in flight fail. */
  close(): void {
    this.#closed = true;
    for (const { pool } of this.#lanes) void pool.destroy().catch(() => undefined);
  }

  #choose(): Pool {
    const index = this.#next;
    this.#next = (index + 1) % this.#lanes.length;
    const lane = this.#lanes[index] as Lane;
    const now = performance.now();
    if (this.#closed || now - lane.bornAt < this.#options.maxConnectionAgeMs) return lane.pool;
    // Finishes what is in flight on it, then closes.
    void lane.pool.close().catch(() => undefined);
    const fresh = this.#open(now);
    this.#lanes[index] = fresh;
    return fresh.pool;
  }

  #open(bornAt: number): Lane {
    const { origin, maxConnections, maxResponseBytes, connectTimeoutMs, maxConnectionAgeMs } = this.#options;
    const pool = new Pool(origin, {
      connections: Math.ceil(maxConnections / Math.min(LANES, maxConnections)),
      pipelining: 1,
      connect: this.#watched(buildConnector({ timeout: connectTimeoutMs })),
      keepAliveTimeout: maxConnectionAgeMs,
      keepAliveMaxTimeout: maxConnectionAgeMs,
      maxResponseSize: maxResponseBytes,
      // The caller's signal bounds the whole exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { pool, bornAt };
  }

  /** Notes which errors are of a socket that had carried an answer before: the library does not tell. */
  #watched(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) =>
      connect(options, (...[failure, socket]: Connected) => {
        if (failure !== null) return callback(failure, null);
        socket.on('error', (error) => {
          if (socket.bytesRead > 0) this.#staleErrors.add(error);
        });
        callback(null, socket);
      });
  }

  #isStale(cause: unknown): boolean {
    if (cause instanceof errors.SocketError) return (cause.socket?.bytesRead ?? 0) > 0;
    return typeof cause === 'object' && cause !== null && this.#staleErrors.has(cause);
  }
}

type Connected = [failure: null, socket: Socket] | [failure: Error, socket: null];

/** Where every address of a name was tried, the failure of each. */
function reasonOf(cause: unknown): string {
  const { errors: each, message } = cause as Partial<AggregateError>;
  if (Array.isArray(each) && each.length > 0) return each.map((one) => asError(one).message).join('; ');
  return message ?? String(cause);
}
