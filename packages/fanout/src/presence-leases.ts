/**
 * Port: who is connected to any pod. A user is held by each pod that they are connected to, for a time: what a pod that dies
 * held ends by itself. Made for one pod; all of one broker know of each other.
 */
export interface PresenceLeases {
  /**
   * This pod holds these users from now for so long, whether it held them before or not. One round trip for hundreds.
   * @throws PlatformError fanout_unavailable
   */
  hold(userIds: readonly string[], forMs: number): Promise<void>;
  /** This pod lets go of these users. Resolves to those whom no other pod holds. @throws PlatformError fanout_unavailable */
  release(userIds: readonly string[]): Promise<string[]>;
  /**
   * For how much longer each of these users is held if nobody renews it, milliseconds. Whom nobody holds is left out.
   * @throws PlatformError fanout_unavailable
   */
  find(userIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
