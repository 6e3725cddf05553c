/** Waits until all devices show the same once all is quiet: what is stored. */
import { setTimeout as delay } from 'node:timers/promises';
import { isSame, unmarked, wrongBadges } from '../../checker/check-states';
import type { Observation } from '../../checker/history';
import type { Device } from './chat-user';
import type { ShownStates } from './shown-states';
import type { Stack } from './stack';
import { readMarkers, readStores } from './stores';

export interface AgreementParts {
  readonly stack: Stack;
  readonly conversations: readonly string[];
  readonly states: ReadonlyMap<Device, ShownStates>;
  readonly devices: readonly Device[];
  readonly observations: readonly Observation[];
  /** When it is waited no longer. */
  readonly end: number;
}

const LOOK_AGAIN_MS = 250;

/** @returns what every device shows at the end: of the messages that were to be changed, and as unread */
export async function untilAgreed(parts: AgreementParts): Promise<Observation[]> {
  for (const states of parts.states.values()) states.leave();
  const asked = parts.observations.flatMap((one) => (one.kind === 'changing' ? [one.message_id] : []));
  const changed = [...new Set(asked)];
  for (;;) {
    const { messages } = await readStores(parts.stack.backends, [], parts.conversations);
    const stored = new Map(messages.map((row) => [row.message_id, row.state]));
    await Promise.all([...parts.states.values()].map((states) => states.refresh()));
    const finals = finalsOf(parts, changed);
    const agree = finals.every(({ message_id, state }) => {
      const held = stored.get(message_id);
      return held === undefined || isSame(held, state);
    });
    const badges = badgesOf(parts);
    const markers = await readMarkers(parts.stack.backends, parts.conversations);
    const reads = parts.observations.filter((one) => one.kind === 'read');
    const isRead = wrongBadges(markers, badges).length + unmarked({ markers, messages }, reads).length === 0;
    const waits = parts.devices.some(({ client }) => client.pending.length > 0);
    if ((agree && isRead && !waits) || Date.now() > parts.end) return [...finals, ...badges];
    await delay(LOOK_AGAIN_MS);
  }
}

function finalsOf({ states }: AgreementParts, changed: readonly string[]) {
  return [...states].flatMap(([{ user, name: device }, shownStates]) => {
    const shown = shownStates.states();
    return changed.flatMap((message_id) => {
      const state = shown.get(message_id);
      return state === undefined ? [] : [{ kind: 'final' as const, at: Date.now(), user, device, message_id, state }];
    });
  });
}

function badgesOf({ states }: AgreementParts) {
  return [...states].flatMap(([{ user, name: device }, shownStates]) =>
    shownStates.conversations.map((conversation_id) => ({
      ...{ kind: 'badge' as const, at: Date.now(), user, device, conversation_id },
      unread: shownStates.unread(conversation_id),
    })),
  );
}
