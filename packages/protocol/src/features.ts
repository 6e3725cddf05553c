import { EVENT_KINDS } from './events';

/**
 * What this version can do, sorted: the word of each kind of event, `data` (custom data on messages, conversations and
 * users is kept), `last_seen` (when who is away was here last is kept, and who hides it), `presence` (whom one may watch is known), `mentions` and `reply` (a message keeps whom it mentions and what it answers), `receipts` (members are told how far the others
 * came). `welcome.features` names those that the pod and every pod of persistence know.
 */
export const FEATURES: readonly string[] = [
  ...Object.keys(EVENT_KINDS),
  'data',
  'last_seen',
  'mentions',
  'presence',
  'receipts',
  'reply',
].sort();

/**
 * What pods of persistence can do that websocket pods alone have to know, and clients not: `opens_together` (one call opens
 * many connections), `reads_together` (one call reads many inboxes).
 */
export const OPENS_TOGETHER = 'opens_together';
export const READS_TOGETHER = 'reads_together';

/** What persistence announces to websocket pods, as far as every pod of it knows it. */
export const ANNOUNCED_FEATURES: readonly string[] = [...FEATURES, OPENS_TOGETHER, READS_TOGETHER].sort();

/**
 * What a pod can do by itself, whatever persistence knows: `after` (it keeps the order of sends that name the one before
 * them), `ping` (it sends `ping` frames), `typing` (it passes on who is typing). Named in `welcome.features` too.
 */
export const POD_FEATURES: readonly string[] = ['after', 'ping', 'typing'];
