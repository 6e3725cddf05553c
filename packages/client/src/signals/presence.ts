/** Whether somebody is connected; `unknown`: the server cannot tell for now. */
export type PresenceState = 'online' | 'offline' | 'unknown';

/** How it is with these of the watched users. */
export interface PresenceNotice {
  users: readonly {
    user_id: string;
    state: PresenceState;
    /** Of one who is offline: when they were here last, RFC 3339. Absent where they or this user hide it, or nobody knows. */
    last_seen_at?: string;
  }[];
}
