import type { Change, Observation, Stores } from './history';

type Changed = Extract<Observation, { kind: 'changed' }>;
type Read = Extract<Observation, { kind: 'read' }>;

/** How many were accepted, and of how many the stores can tell whether they are so: not of an edit of what was deleted since. */
export interface Count {
  accepted: number;
  checked: number;
}

export type Counts = Record<Change | 'read', Count>;

/** Edits, deletions and reactions by event; reads by user and message. */
export function countChecked(stores: Stores, changed: readonly Changed[], reads: readonly Read[]): Counts {
  const rows = new Map(stores.messages.map((row) => [row.message_id, row]));
  const dead = new Set(stores.dead);
  const marked = new Set(stores.markers?.map((row) => `${row.user_id}|${row.conversation_id}`));
  const events = [...new Map(changed.map((one) => [one.event_id, one])).values()];
  const isChecked = ({ event_id, message_id, change }: Changed): boolean => {
    const state = rows.get(message_id)?.state;
    return state !== undefined && !dead.has(event_id) && (change === 'delete' || !state.deleted);
  };
  const ofKind = (kind: Change): Count => {
    const accepted = events.filter(({ change }) => change === kind);
    return { accepted: accepted.length, checked: accepted.filter(isChecked).length };
  };
  const read = [...new Map(reads.map((one) => [`${one.user}|${one.message_id}`, one])).values()];
  const compared = read.filter((one) => rows.has(one.message_id) && marked.has(`${one.user}|${one.conversation_id}`));
  return {
    edit: ofKind('edit'),
    delete: ofKind('delete'),
    react: ofKind('react'),
    read: { accepted: read.length, checked: compared.length },
  };
}

/** Of what there was nothing to check: a promise of it that was kept says nothing then. */
export function unchecked(counts: Counts): string[] {
  return Object.entries(counts).flatMap(([kind, { accepted, checked }]) =>
    checked === 0 ? [`${kind}: ${accepted} accepted, none checked`] : [],
  );
}
