import type { Evidence, MessageState, Observation } from './history';

type Final = Extract<Observation, { kind: 'final' }>;

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

/** Whether two states are the same to whoever looks. */
export function isSame(one: MessageState, other: MessageState): boolean {
  return JSON.stringify(parts(one)) === JSON.stringify(parts(other));
}

function parts({ content, deleted, reactions }: MessageState): unknown[] {
  return [content, deleted, [...reactions].sort()];
}
