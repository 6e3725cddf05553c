/**
 * Port: who is connected to any pod. A pod has a lease, and holds users under it: what a pod that dies held ends with its lease.
 * So staying costs one renewal a pod, however many its users are. Made for one pod; all of one broker know of each other.
 */
export interface PresenceLeases {
  /**
   * The pods whose lease holds now, this one included: one call, whatever their number of users.
   * @throws PlatformError fanout_unavailable
   */
  findPods(): Promise<ReadonlySet<string>>;
  /**
   * The lease of this pod holds for so long from now. Resolves to whether the broker still knew of the pod: where it did not, it
   * may have forgotten whom the pod holds as well. @throws PlatformError fanout_unavailable
   */
  renew(forMs: number): Promise<boolean>;
  /**
   * This pod holds these users for so long from now, as long as its lease holds: whether it held them before or not. One round
   * trip for hundreds. @throws PlatformError fanout_unavailable
   */
  hold(userIds: readonly string[], forMs: number): Promise<void>;
  /** This pod lets go of these users. Resolves to those whom no other pod holds. @throws PlatformError fanout_unavailable */
  release(userIds: readonly string[]): Promise<string[]>;
  /**
   * By which pods each of these users is held, and for how much longer if nobody renews anything. Whom nobody holds is left out.
   * @throws PlatformError fanout_unavailable
   */
  find(userIds: readonly string[]): Promise<ReadonlyMap<string, Hold>>;
}

/** How a user is held. */
export interface Hold {
  /** Milliseconds. */
  leftMs: number;
  /** Those whose lease holds. */
  pods: readonly string[];
}
