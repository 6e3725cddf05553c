import type { Evidence, MessageState, Observation, Stores } from './history';

type Final = Extract<Observation, { kind: 'final' }>;
type Badge = Extract<Observation, { kind: 'badge' }>;
type Read = Extract<Observation, { kind: 'read' }>;

/** On no device is there anything of a message once it showed that it was deleted. */
export function shownAfterDeletion(observations: readonly Observation[]): string[] {
  const gone = new Set<string>();
  const broken: string[] = [];
  for (const one of observations) {
    if (one.kind !== 'showing' && one.kind !== 'final') continue;
    const showing = `${one.message_id} on ${one.device}`;
    const { deleted, content, reactions } = one.state;
    const isEmpty = content === '' && reactions.length === 0;
    if ((deleted || gone.has(showing)) && !(deleted && isEmpty)) {
      broken.push(`${showing}: ${JSON.stringify(one.state)}`);
    }
    if (deleted) gone.add(showing);
  }
  return broken;
}

/** At the end every device shows of a message what is stored of it, and so what every other shows. */
export function disagreements({ stores }: Evidence, finals: readonly Final[]): string[] {
  const stored = new Map(stores.messages.map((row) => [row.message_id, row.state]));
  return finals.flatMap(({ message_id, device, state }) => {
    const held = stored.get(message_id);
    if (held === undefined || isSame(held, state)) return [];
    return [`${message_id} on ${device} is ${JSON.stringify(state)}, stored is ${JSON.stringify(held)}`];
  });
}

/** At the end every device of a user counts as unread what the one read marker of the user leaves, and so what every other does. */
export function wrongBadges(markers: Stores['markers'], badges: readonly Omit<Badge, 'kind' | 'at'>[]): string[] {
  const left = new Map(markers?.map((row) => [`${row.user_id}|${row.conversation_id}`, row.unread]));
  return badges.flatMap(({ user, device, conversation_id, unread: shown }) => {
    const held = left.get(`${user}|${conversation_id}`);
    if (held === undefined || held === shown) return [];
    return [`${device} shows ${shown} unread in ${conversation_id}, the marker leaves ${held}`];
  });
}

/** What a user has read on one device is before their read marker at the end. */
export function unmarked(
  { markers, messages }: Pick<Stores, 'markers' | 'messages'>,
  reads: readonly Read[],
): string[] {
  const marked = new Map(markers?.map((row) => [`${row.user_id}|${row.conversation_id}`, row.number]));
  const numbers = new Map(messages.map((row) => [row.message_id, row.number]));
  return reads.flatMap(({ user, device, conversation_id, message_id }) => {
    const [marker, number] = [marked.get(`${user}|${conversation_id}`), numbers.get(message_id)];
    if (marker === undefined || number === undefined || number <= marker) return [];
    return [`${message_id} was read on ${device}, the marker of ${user} is before it`];
  });
}

/** Whether two states are the same to whoever looks. */
export function isSame(one: MessageState, other: MessageState): boolean {
  return JSON.stringify(parts(one)) === JSON.stringify(parts(other));
}

function parts({ content, deleted, reactions }: MessageState): unknown[] {
  return [content, deleted, [...reactions].sort()];
}
