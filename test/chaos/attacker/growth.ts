/** What an attacker left behind, and what it may at most: rows, memory, open files. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Backends } from '../../failures/testing/backends';
import type { Pod } from '../../failures/testing/pod';
import type { Stack } from '../../failures/testing/stack';
import { withDatabase } from '../../failures/testing/stores';

export interface Amount {
  what: string;
  count: number;
  bound: number;
}

/** Limits that the services have by default, docs/operations.md. */
const LIMITS = { registrations: 120, sessions: 50, devices: 50, sends: 20, burst: 100, invitations: 10 };

const COUNTS: { what: string; sql: string; bound: (run: RunSize) => number }[] = [
  {
    what: 'users registered',
    sql: 'select count(*) as count from auth.users where username like $1',
    // Whole at the start, then so many a minute; a pod that is killed forgets what it counted.
    bound: ({ addresses, minutes, restarts }) => addresses * LIMITS.registrations * (minutes + 1 + restarts),
  },
  {
    what: 'sessions of one user',
    sql: `select coalesce(max(n), 0) as count from (select count(*) as n from auth.sessions s join auth.users u on u.id = s.user_id
          where u.username like $1 and s.ended_at is null group by u.id) sessions`,
    bound: () => LIMITS.sessions,
  },
  {
    what: 'devices of one user',
    sql: `select coalesce(max(n), 0) as count from (select count(*) as n from chat.cursors c join auth.users u on u.id = c.user_id
          where u.username like $1 group by u.id) devices`,
    bound: () => LIMITS.devices + 1,
  },
  {
    what: 'messages of one user',
    sql: `select coalesce(max(n), 0) as count from (select count(*) as n from chat.messages m join auth.users u on u.id = m.sender_id
          where u.username like $1 group by u.id) messages`,
    bound: ({ minutes, restarts }) => (restarts + 2) * LIMITS.burst + 2 * LIMITS.sends * 60 * minutes,
  },
  {
    what: 'groups made with one other user, by one user',
    sql: `select coalesce(max(n), 0) as count from (select count(*) as n from chat.members owner join auth.users u on u.id = owner.user_id
          join chat.members other on other.conversation_id = owner.conversation_id and other.user_id <> owner.user_id
          where u.username like $1 and owner.role = 'owner' group by owner.user_id, other.user_id) invitations`,
    bound: ({ restarts }) => (restarts + 2) * LIMITS.invitations,
  },
];

export interface RunSize {
  /** Of the attacker. */
  addresses: number;
  /** How long it attacked. */
  minutes: number;
  /** How often a pod was killed or restarted: what it counted is gone. */
  restarts: number;
}

export async function countRows(backends: Backends, prefix: string, size: RunSize): Promise<Amount[]> {
  return withDatabase(backends, async (client) => {
    const amounts: Amount[] = [];
    for (const { what, sql, bound } of COUNTS) {
      const { rows } = await client.query<{ count: string }>(sql, [`${prefix}-%`]);
      amounts.push({ what, count: Number(rows[0]?.count), bound: Math.ceil(bound(size)) });
    }
    return amounts;
  });
}

/** Memory limits of the chart (charts/chat-app/values.yaml): beyond it the kernel ends a pod. MiB */
const MEMORY_MIB: Record<string, number> = { authentication: 512, websocket: 1_024, persistence: 512 };
const LOOK_EVERY_MS = 1_000;

/** Looks at what every pod holds, all the time: a peak has no event. */
export class MemoryWatch {
  readonly #peaks = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly stack: Stack) {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  stop(): Amount[] {
    clearInterval(this.#timer);
    return [...this.#peaks].map(([pod, count]) => ({
      what: `MiB of ${pod}`,
      count,
      bound: MEMORY_MIB[pod.replace(/-\d+$/, '')] ?? 0,
    }));
  }

  #look(): void {
    for (const pod of this.stack.allPods) {
      const mib = residentMib(pod);
      if (mib !== undefined) this.#peaks.set(pod.name, Math.max(this.#peaks.get(pod.name) ?? 0, mib));
    }
  }
}

/** Undefined where it does not run, or there is no /proc (macOS). */
function residentMib(pod: Pod): number | undefined {
  try {
    const status = readFileSync(`/proc/${pod.process.pid}/status`, 'utf8');
    const kib = /VmRSS:\s+(\d+)/.exec(status)?.[1];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1_024);
  } catch {
    return undefined;
  }
}

/** Files and sockets that each pod holds open. */
export function openFiles(stack: Stack): Map<string, number> {
  const counts = stack.allPods.map((pod): [string, number] => {
    try {
      return [pod.name, readdirSync(`/proc/${pod.process.pid}/fd`).length];
    } catch {
      return [pod.name, 0];
    }
  });
  return new Map(counts);
}
