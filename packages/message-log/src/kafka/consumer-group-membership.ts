/**
 * How a member of a consumer group lives through the loss of its coordinator, in place of kafkajs 2.2.4, which crashes its
 * consumer after a few failed heartbeats and joins again under a new name: the group then waits for the former one until
 * its session ends, and nobody handles its partitions meanwhile (30 to 54 s measured).
 *
 * States: joined ⇄ searching (the coordinator is lost: heartbeats and commits wait, fetching goes on, since no other
 * coordinator can give the partitions away) → overdue (a session long without an answer: heartbeats fail, kafkajs starts
 * its consumer again, under the name it had) ; left.
 */
import { asError } from '@chat-app/platform';
import { backoffMs, delay, withTimeout } from '@chat-app/timing';
import { isCoordinatorLost } from './map-errors';

/** What is used of kafkajs's Broker. */
export interface GroupCoordinator {
  isConnected(): boolean;
  heartbeat(payload: { groupId: string; memberId: string | null; groupGenerationId: number | null }): Promise<unknown>;
}

/** What is used of kafkajs's ConsumerGroup; see patch-consumer-group.ts. */
export interface ConsumerGroup {
  readonly groupId: string;
  readonly sessionTimeout: number;
  readonly cluster: {
    findGroupCoordinator(options: { groupId: string }): Promise<GroupCoordinator>;
    refreshMetadata(): Promise<void>;
  };
  memberId: string | null;
  generationId: number | null;
  coordinator: GroupCoordinator | null;
  offsetManager: { coordinator: GroupCoordinator } | null;
  /** Milliseconds of the wall clock: kafkajs's own time of the last heartbeat. */
  lastRequest: number;
}

/** The methods of kafkajs's ConsumerGroup that are wrapped. */
export interface Library {
  heartbeat(interval: number): Promise<void>;
  /** Without offsets: all that are resolved and not yet committed. */
  commitOffsets(offsets?: object): Promise<void>;
  leave(): Promise<void>;
}

/** A fetcher waits no longer for a heartbeat: a coordinator that hangs must not hold up brokers that do not. */
const MAX_HEARTBEAT_WAIT_MS = 500;
const SEARCH_BACKOFF = { firstMs: 100, maxMs: 500 };

export class Membership {
  readonly #left = new AbortController();
  #answeredAt = performance.now();
  #beating: Promise<void> | undefined;
  #search: Promise<void> | undefined;
  /** What a heartbeat that nobody awaited any more was answered. */
  #refusal: Error | undefined;

  constructor(
    private readonly group: ConsumerGroup,
    private readonly library: Library,
  ) {}

  joined(): void {
    this.#answeredAt = performance.now();
    this.#refusal = undefined;
  }

  /** @throws what the coordinator refused the heartbeat with; while there is no coordinator nothing, for one session */
  async heartbeat(interval: number): Promise<void> {
    const silence = performance.now() - this.#answeredAt;
    if (this.#search !== undefined) {
      if (silence < this.group.sessionTimeout) return;
      throw new Error(`no coordinator of the group ${this.group.groupId} for ${Math.round(silence / 1000)} s`);
    }
    if (silence >= interval && this.group.memberId !== null) {
      this.#beating ??= this.#beat().finally(() => (this.#beating = undefined));
      await withTimeout(MAX_HEARTBEAT_WAIT_MS, this.#beating);
    }
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) throw refusal;
  }

  /** Commits, or leaves it to the end of the search where there is no coordinator: what is committed is resolved before. */
  async commitOffsets(offsets: object | undefined): Promise<void> {
    if (this.#search !== undefined) return;
    try {
      await this.library.commitOffsets(offsets);
    } catch (error) {
      if (!isCoordinatorLost(error)) throw error;
      this.coordinatorLost();
    }
  }

  /** Ends a search. @throws when the group could not be told */
  async leave(): Promise<void> {
    this.#left.abort();
    await this.#search;
    await this.library.leave();
  }

  coordinatorLost(): void {
    if (this.#left.signal.aborted) return;
    this.#search ??= this.#find().finally(() => (this.#search = undefined));
  }

  /** Never rejects. */
  async #beat(): Promise<void> {
    // kafkajs asks the wall clock whether a heartbeat is due; that was asked above, of one that does not jump.
    this.group.lastRequest = 0;
    try {
      await this.library.heartbeat(0);
      this.#answeredAt = performance.now();
    } catch (error) {
      if (isCoordinatorLost(error)) this.coordinatorLost();
      else this.#refusal = asError(error);
    }
  }

  /** Asks who coordinates until one answers, then commits what waited for it. Never rejects. */
  async #find(): Promise<void> {
    const { group } = this;
    for (let failures = 1; !this.#left.signal.aborted; failures += 1) {
      try {
        const found = await group.cluster.findGroupCoordinator({ groupId: group.groupId });
        group.coordinator = found;
        if (group.offsetManager !== null) group.offsetManager.coordinator = found;
        await this.library.heartbeat((group.lastRequest = 0));
        this.#answeredAt = performance.now();
        return await this.library.commitOffsets();
      } catch (error) {
        if (!isCoordinatorLost(error)) return void (this.#refusal = asError(error));
        await delay(backoffMs(failures, SEARCH_BACKOFF), this.#left.signal);
      }
    }
  }
}
