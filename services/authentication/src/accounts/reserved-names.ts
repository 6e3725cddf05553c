import { looksOf } from './username-key';

/** Names by which people take somebody for the operator or for the service itself, or that mean more than one user. */
export const RESERVED_NAMES = [
  ...['admin', 'administrator', 'root', 'superuser', 'sysadmin', 'system', 'operator'],
  ...['support', 'help', 'helpdesk', 'security', 'abuse', 'moderator', 'mod', 'staff', 'team', 'official'],
  ...['postmaster', 'hostmaster', 'webmaster', 'noreply', 'no-reply', 'service', 'api', 'server', 'notifications'],
  ...['all', 'everyone', 'here', 'channel', 'me', 'self', 'anonymous', 'deleted', 'unknown', 'null', 'undefined'],
] as const;

/** Whether a name is one of these or looks like one. */
export function isReservedName(username: string, reserved: readonly string[]): boolean {
  const taken = new Set(reserved.flatMap(looksOf));
  return looksOf(username).some((look) => taken.has(look));
}
