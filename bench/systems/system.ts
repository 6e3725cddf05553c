import type { ProcessGroup } from '../measure/cpu-time';

/** A connected user. */
export interface Client {
  /** To another user. */
  send(to: number, body: string): void;
  /** Into the room; for clients of `enterRoom`. */
  say(body: string): void;
  /** Told of each body that comes, from now on; with the id of its message, where the system says one. */
  onMessage(listener: (body: string, id?: string) => void): void;
  close(): void;
}

/** A chat system that runs, with users numbered from 0. Whoever started it stops it. */
export interface System {
  readonly name: string;
  /** One for each of its nodes. */
  readonly urls: readonly string[];
  /** Processes whose cost is the system's own. */
  own(): readonly ProcessGroup[];
  /** What stands behind it: stores, brokers. */
  behind(): readonly ProcessGroup[];
  connect(url: string, user: number): Promise<Client>;
  /** Makes a room of users 0 … members - 1; undefined where the system has none. */
  readonly makeRoom?: (members: number) => Promise<(url: string, user: number) => Promise<Client>>;
  stop(): Promise<void>;
}

/** The node of a user: neighbours are on different ones, so that each message crosses from node to node. */
export function nodeOf({ urls }: System, user: number): string {
  return urls[user % urls.length] ?? '';
}

/** Connects many, so many at a time. */
export async function connectAll<T, User = number>(
  users: readonly User[],
  connect: (user: User) => Promise<T>,
  atOnce = 50,
): Promise<T[]> {
  const connected: T[] = [];
  const left = users.entries();
  const lane = async (): Promise<void> => {
    for (const [index, user] of left) connected[index] = await connect(user);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, users.length) }, lane));
  return connected;
}
