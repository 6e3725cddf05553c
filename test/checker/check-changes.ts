import type { Observation, Stores } from './history';

type Changed = Extract<Observation, { kind: 'changed' }>;

/**
 * What was accepted of edits, deletions and reactions is so at the end. Of those that one could see before it asked for the next, the last
 * counts; of those that were on their way together, any. Nothing of a message is left once it is deleted.
 */
export function missingChanges({ messages, dead }: Stores, changed: readonly Changed[]): string[] {
  const given = new Set(dead);
  const counted = changed.filter(({ event_id }) => !given.has(event_id));
  return messages.flatMap(({ message_id, state }) => {
    const here = state === undefined ? [] : counted.filter((one) => one.message_id === message_id);
    if (state === undefined || here.length === 0) return [];
    if (here.some(({ change }) => change === 'delete')) return state.deleted ? [] : [`the deletion of ${message_id}`];
    if (state.deleted) return [];
    const edits = lastOf(here.filter(({ change }) => change === 'edit'));
    const isEdited = edits.length === 0 || edits.some(({ content }) => content === state.content);
    return [...(isEdited ? [] : [`an edit of ${message_id}`]), ...missingReactions(here, state.reactions, message_id)];
  });
}

function missingReactions(changed: readonly Changed[], held: readonly string[], messageId: string): string[] {
  const reactions = changed.filter(({ change }) => change === 'react');
  const nameOf = ({ content, user }: Changed): string => `${content} ${user}`;
  return [...new Set(reactions.map(nameOf))].flatMap((reaction) => {
    const asked = reactions.filter((one) => nameOf(one) === reaction);
    return lastOf(asked).some(({ on }) => on === held.includes(reaction)) ? [] : [`${reaction} at ${messageId}`];
  });
}

/** Those after which nothing was asked for once they were accepted. */
function lastOf(changed: readonly Changed[]): readonly Changed[] {
  return changed.filter(({ at }) => changed.every(({ askedAt }) => askedAt <= at));
}
