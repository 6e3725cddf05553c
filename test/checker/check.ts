import { missingChanges } from './check-changes';
import { countChecked, type Counts } from './count-checked';
import { disagreements, shownAfterDeletion, unmarked, wrongBadges } from './check-states';
import type { Evidence, Observation } from './history';

/** The promises, each with the cases that broke it. */
export const PROMISES = [
  'accepted and missing',
  'accepted and not shown',
  'shown and never sent',
  'shown twice',
  'shown to a stranger',
  'sender forged',
  'gap in an inbox',
  'position wrong',
  'order broken',
  'shown after a deletion',
  'devices disagree',
  'accepted change missing',
  'read and not marked',
  'state leaked',
] as const;
export type BrokenPromise = (typeof PROMISES)[number];

export interface Verdict {
  sent: number;
  accepted: number;
  rejected: number;
  shown: number;
  /** Longest time from a message's acceptance to its last showing, in milliseconds. */
  worstDelayMs: number;
  /** What became of messages, and what was read. */
  counts: Counts;
  /** Cases by promise; an empty list is a kept promise. */
  broken: Record<BrokenPromise, string[]>;
}

type Of<Kind extends Observation['kind']> = Extract<Observation, { kind: Kind }>;

/** Verifies what clients saw against what the stores hold. Pure: the same evidence gives the same verdict. */
export function check(evidence: Evidence): Verdict {
  const of = <Kind extends Observation['kind']>(kind: Kind) =>
    evidence.observations.filter((observation): observation is Of<Kind> => observation.kind === kind);
  const sent = of('sent');
  const accepted = of('accepted');
  const shown = of('shown');
  const conversationOf = new Map(sent.map((one) => [key(one.user, one.client_id), one.conversation_id]));
  const delivered = deliveries(evidence, accepted, shown, conversationOf);
  return {
    sent: sent.length,
    accepted: new Set(accepted.map((one) => one.message_id)).size,
    rejected: of('rejected').length,
    shown: shown.length,
    worstDelayMs: delivered.worstDelayMs,
    counts: countChecked(evidence.stores, of('changed'), of('read')),
    broken: {
      'accepted and missing': missing(evidence, accepted),
      'accepted and not shown': delivered.notShown,
      ...provenance(evidence, { sent, shown, changing: of('changing'), showing: of('showing') }),
      'shown twice': repeated(shown),
      'gap in an inbox': inboxGaps(evidence),
      'position wrong': wrongPositions(evidence, of('positioned')),
      'order broken': brokenOrder(evidence, sent, accepted),
      'shown after a deletion': shownAfterDeletion(evidence.observations),
      'devices disagree': [
        ...disagreements(evidence, of('final')),
        ...wrongBadges(evidence.stores.markers, of('badge')),
      ],
      'accepted change missing': missingChanges(evidence.stores, of('changed')),
      'read and not marked': unmarked(evidence.stores, of('read')),
      'state leaked': [...(evidence.population.leaks ?? [])],
    },
  };
}

/** Whether every promise was kept. */
export function clean(verdict: Verdict): boolean {
  return PROMISES.every((promise) => verdict.broken[promise].length === 0);
}

const key = (...parts: string[]): string => parts.join('|');

function missing({ stores }: Evidence, accepted: readonly Of<'accepted'>[]): string[] {
  const held = new Set([...stores.messages.map((row) => row.message_id), ...stores.dead]);
  return [...new Set(accepted.map((one) => one.message_id))].filter((id) => !held.has(id));
}

/** Every stored, accepted message must have been shown on every device of its members, but for its sender's. */
function deliveries(
  { stores, population }: Evidence,
  accepted: readonly Of<'accepted'>[],
  shown: readonly Of<'shown'>[],
  conversationOf: ReadonlyMap<string, string>,
): { notShown: string[]; worstDelayMs: number } {
  const stored = new Set(stores.messages.map((row) => row.message_id));
  const shownAt = new Map(shown.map((one) => [key(one.device, one.message_id), one.at]));
  const notShown: string[] = [];
  let worstDelayMs = 0;
  for (const one of accepted) {
    if (!stored.has(one.message_id)) continue;
    const conversation = conversationOf.get(key(one.user, one.client_id)) ?? '';
    for (const member of population.members.get(conversation) ?? []) {
      if (member === one.user) continue;
      for (const device of population.devices.get(member) ?? []) {
        const at = shownAt.get(key(device, one.message_id));
        if (at === undefined) notShown.push(`${one.message_id} on ${device}`);
        else worstDelayMs = Math.max(worstDelayMs, at - one.at);
      }
    }
  }
  return { notShown, worstDelayMs };
}

function provenance(
  { population, stores }: Evidence,
  { sent, shown, changing, showing }: { [Kind in 'sent' | 'shown' | 'changing' | 'showing']: readonly Of<Kind>[] },
): Pick<Verdict['broken'], 'shown and never sent' | 'shown to a stranger' | 'sender forged'> {
  const edits = changing.filter(({ change }) => change === 'edit');
  const senderOf = new Map([...sent, ...edits].map((one) => [one.content, one]));
  const deletions = new Set(changing.filter(({ change }) => change === 'delete').map((one) => one.message_id));
  const storedBy = new Map(stores.messages.map((row) => [row.message_id, row]));
  const broken = { 'shown and never sent': [], 'shown to a stranger': [], 'sender forged': [] } as Record<
    'shown and never sent' | 'shown to a stranger' | 'sender forged',
    string[]
  >;
  for (const { message_id, state } of showing) {
    const sender = storedBy.get(message_id)?.sender_id;
    const origin = state.deleted ? undefined : senderOf.get(state.content);
    if (!state.deleted && origin === undefined) broken['shown and never sent'].push(message_id);
    // An edit by anyone but the sender.
    else if (origin !== undefined && sender !== undefined && origin.user !== sender) {
      broken['sender forged'].push(message_id);
    }
  }
  for (const one of shown) {
    // One that was deleted before it came has no content.
    if (one.content === '' && deletions.has(one.message_id)) continue;
    const origin = senderOf.get(one.content);
    if (origin === undefined) broken['shown and never sent'].push(one.message_id);
    else if (origin.user !== one.sender_id) broken['sender forged'].push(one.message_id);
    const conversation = origin?.conversation_id ?? one.conversation_id;
    if (population.members.get(conversation)?.includes(one.user) !== true) {
      broken['shown to a stranger'].push(`${one.message_id} to ${one.user}`);
    }
  }
  return broken;
}

function repeated(shown: readonly Of<'shown'>[]): string[] {
  const seen = new Set<string>();
  return shown.map((one) => key(one.device, one.message_id)).filter((showing) => seen.size === seen.add(showing).size);
}

/** Each inbox counts 1, 2, 3 … up to its head, and holds each message of its user's conversations once. */
function inboxGaps({ stores, population }: Evidence): string[] {
  const entries = new Map<string, { seqs: Set<number>; ids: Map<string, number> }>();
  for (const row of stores.inbox) {
    const inbox = entries.get(row.user_id) ?? { seqs: new Set(), ids: new Map() };
    inbox.seqs.add(row.seq);
    if (row.message_id !== null) inbox.ids.set(row.message_id, (inbox.ids.get(row.message_id) ?? 0) + 1);
    entries.set(row.user_id, inbox);
  }
  const broken: string[] = [];
  for (const { user_id, last_seq } of stores.heads) {
    const seqs = entries.get(user_id)?.seqs ?? new Set();
    for (let seq = 1; seq <= last_seq; seq++) if (!seqs.has(seq)) broken.push(`${user_id} lacks ${seq}`);
    if (seqs.size > last_seq) broken.push(`${user_id} has entries beyond its head ${last_seq}`);
  }
  for (const message of stores.messages) {
    for (const member of population.members.get(message.conversation_id) ?? []) {
      const times = entries.get(member)?.ids.get(message.message_id) ?? 0;
      if (times !== 1) broken.push(`${message.message_id} is ${times} times in the inbox of ${member}`);
    }
  }
  return broken;
}

function wrongPositions({ stores }: Evidence, positioned: readonly Of<'positioned'>[]): string[] {
  const entry = new Map(stores.inbox.map((row) => [key(row.user_id, String(row.seq)), row.message_id]));
  return positioned
    .filter((one) => entry.get(key(one.user, String(one.seq))) !== one.message_id)
    .map((one) => `${one.device} was told that ${one.message_id} is entry ${one.seq}`);
}

/** Of one sender in one conversation, a message sent after another was accepted is stored after it. */
function brokenOrder({ stores }: Evidence, sent: readonly Of<'sent'>[], accepted: readonly Of<'accepted'>[]): string[] {
  const number = new Map(stores.messages.map((row) => [row.message_id, row.number]));
  const exempt = new Set([...(stores.retried ?? []), ...stores.dead]);
  const first = new Map<string, Of<'accepted'>>();
  for (const one of accepted) {
    const send = key(one.user, one.client_id);
    if (!first.has(send)) first.set(send, one);
  }
  const lanes = new Map<string, { sentAt: number; acceptedAt: number; number: number; id: string }[]>();
  for (const send of sent) {
    const acceptance = first.get(key(send.user, send.client_id));
    const position = acceptance && number.get(acceptance.message_id);
    if (acceptance === undefined || position === undefined || exempt.has(acceptance.message_id)) continue;
    const lane = lanes.get(key(send.user, send.conversation_id)) ?? [];
    lane.push({ sentAt: send.at, acceptedAt: acceptance.at, number: position, id: acceptance.message_id });
    lanes.set(key(send.user, send.conversation_id), lane);
  }
  return [...lanes.values()].flatMap(violations);
}

/** Walks a lane by time of sending, with the highest number among those accepted before. */
function violations(lane: { sentAt: number; acceptedAt: number; number: number; id: string }[]): string[] {
  const byAcceptance = [...lane].sort((a, b) => a.acceptedAt - b.acceptedAt);
  const broken: string[] = [];
  let next = 0;
  let highest = { number: -1, id: '' };
  for (const one of [...lane].sort((a, b) => a.sentAt - b.sentAt)) {
    for (let earlier = byAcceptance[next]; earlier && earlier.acceptedAt < one.sentAt; earlier = byAcceptance[++next]) {
      if (earlier.number > highest.number) highest = earlier;
    }
    if (one.number < highest.number) broken.push(`${one.id} stands before ${highest.id}`);
  }
  return broken;
}
