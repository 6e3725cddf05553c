import { flag, has, isObject, list, optional, text, type Fields } from '../parsing/checks';

/** What tabs say to each other. A port is one client's end of the shared connection; a member is a tab. */
export type TabMessage =
  /** To the leader: a client wants to be connected. It would connect like this itself. */
  | { type: 'attach'; port: string; member: string; url: string; protocols: string[] }
  /** To the leader: a client goes, or (with a code) holds the connection for dead. */
  | { type: 'detach'; port: string; code?: number; reason?: string }
  /** To the leader: a client sends this. */
  | { type: 'send'; port: string; text: string }
  /** To the leader: are you there? */
  | { type: 'probe' }
  /** Of the leader: it leads, and knows these ports. */
  | { type: 'leader'; hub: string; ports: string[]; begins: boolean }
  /** Of the leader: the server said this to these ports, or to all. */
  | { type: 'deliver'; hub: string; ports?: string[]; text: string }
  /** Of the leader: the connection of these ports, or of all, ended. */
  | { type: 'closed'; hub: string; ports?: string[]; code: number; reason: string };

const code = (value: unknown): boolean => Number.isInteger(value);

const FIELDS: Record<TabMessage['type'], Fields> = {
  attach: { port: text, member: text, url: text, protocols: list(text) },
  detach: { port: text, code: optional(code), reason: optional(text) },
  send: { port: text, text },
  probe: {},
  leader: { hub: text, ports: list(text), begins: flag },
  deliver: { hub: text, ports: optional(list(text)), text },
  closed: { hub: text, ports: optional(list(text)), code, reason: text },
};

/** Reads what another tab said; undefined for what this version does not know. */
export function readTabMessage(data: unknown): TabMessage | undefined {
  const type = isObject(data) ? data['type'] : undefined;
  if (!isObject(data) || typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) return undefined;
  return has(data, FIELDS[type as TabMessage['type']]) ? (data as TabMessage) : undefined;
}
