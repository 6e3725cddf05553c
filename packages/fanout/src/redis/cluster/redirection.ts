import { addressOf } from './slot-map';

/** Where a node of a cluster sends whoever asks it for what it does not have. */
export interface Redirection {
  /** The slot moved there, or is on its way and this key is there already. */
  kind: 'moved' | 'ask';
  /** As slot maps name nodes. */
  node: string;
}

/** The redirection that an error of Redis means: `MOVED 3999 10.0.0.7:6379`. Undefined where it means none. */
export function redirectionOf(thrown: unknown, askedHost: string): Redirection | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const [, kind, host, port] = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(thrown.message) ?? [];
  if (host === undefined || host === '?') return undefined;
  return { kind: kind === 'MOVED' ? 'moved' : 'ask', node: addressOf(host === '' ? askedHost : host, Number(port)) };
}
