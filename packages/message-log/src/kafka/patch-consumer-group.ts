/**
 * Lets kafkajs 2.2.4's consumers outlive their brokers. The library answers a lost broker with a crash of the whole
 * consumer, a moved leader with a new round of the whole group, and forgets at each crash under which name it was a member:
 * the group then waits a session for the former member, and nothing is handled meanwhile.
 *
 * With the patch a lost coordinator is searched for while fetching goes on (membership.ts), a fetch that meets a lost broker
 * or a moved leader asks for newer metadata and is tried again, a consumer that cannot join since no broker tells the coordinator is
 * started again, and one that did crash joins under its former name.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isCoordinatorLost, isMetadataStale } from './map-errors';
import { Membership, type ConsumerGroup } from './consumer-group-membership';

/** What the patch relies on of kafkajs/src/consumer/consumerGroup. */
export interface PatchedGroup extends ConsumerGroup {
  joinAndSync(): Promise<void>;
  heartbeat(options: { interval: number }): Promise<void>;
  commitOffsets(offsets?: object): Promise<void>;
  leave(): Promise<void>;
  recoverFromFetch(error: unknown): Promise<void>;
}

export interface ConsumerGroupClass {
  prototype: PatchedGroup;
}

/** How long a fetcher waits before it asks the broker that failed, or its successor, again. */
const FETCH_PAUSE_MS = 200;
const METHODS = ['joinAndSync', 'heartbeat', 'commitOffsets', 'leave', 'recoverFromFetch'] as const;

const patched = new WeakSet<object>();

/** Patching twice changes nothing. @throws where the class is not the one the patch was written for */
export function patchConsumerGroup({ prototype }: ConsumerGroupClass): void {
  if (patched.has(prototype)) return;
  // Unbound on purpose: each is called with the group that it is asked of.
  const methods: object = prototype;
  const library = Object.fromEntries(METHODS.map((name) => [name, Reflect.get(methods, name) as unknown])) as Pick<
    PatchedGroup,
    (typeof METHODS)[number]
  >;
  if (METHODS.some((name) => typeof library[name] !== 'function')) {
    throw new Error('kafkajs is not the version whose consumer group this patch extends (2.2.4)');
  }
  /** kafkajs makes a group anew when it starts its consumer again; the cluster stays, and with it the name. */
  const names = new WeakMap<object, string>();
  const memberships = new WeakMap<PatchedGroup, Membership>();
  const membershipOf = (group: PatchedGroup): Membership => {
    let membership = memberships.get(group);
    if (membership === undefined) {
      membership = new Membership(group, {
        heartbeat: (interval) => library.heartbeat.call(group, { interval }),
        commitOffsets: (offsets) => library.commitOffsets.call(group, offsets),
        leave: () => library.leave.call(group),
      });
      memberships.set(group, membership);
    }
    return membership;
  };

  prototype.joinAndSync = async function (this: PatchedGroup): Promise<void> {
    if (this.generationId === null) this.memberId = names.get(this.cluster) ?? null;
    try {
      await library.joinAndSync.call(this);
    } catch (error) {
      markRestartable(error);
      throw error;
    }
    if (this.memberId !== null) names.set(this.cluster, this.memberId);
    membershipOf(this).joined();
  };
  prototype.heartbeat = function (this: PatchedGroup, { interval }): Promise<void> {
    return membershipOf(this).heartbeat(interval);
  };
  prototype.commitOffsets = function (this: PatchedGroup, offsets): Promise<void> {
    return membershipOf(this).commitOffsets(offsets);
  };
  prototype.leave = async function (this: PatchedGroup): Promise<void> {
    await membershipOf(this).leave();
    names.delete(this.cluster);
  };
  prototype.recoverFromFetch = async function (this: PatchedGroup, error): Promise<void> {
    if (!isMetadataStale(error)) return library.recoverFromFetch.call(this, error);
    if (isCoordinatorLost(error) && this.coordinator?.isConnected() === false) membershipOf(this).coordinatorLost();
    // Fails while no broker answers, or a partition has no leader: then the next fetch fails too, and comes here again.
    await this.cluster.refreshMetadata().catch(() => undefined);
    await pause(FETCH_PAUSE_MS);
  };
  patched.add(prototype);
}

/** kafkajs gives a consumer up for good where no broker told it the coordinator: another time one may. */
function markRestartable(error: unknown): void {
  if (error instanceof Error && isCoordinatorLost(error)) Object.assign(error, { retriable: true });
}
