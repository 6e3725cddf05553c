import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { AskChangeRequest, AskChangeResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { BoundWaiting } from './bound-waiting';
import { hasRoom } from './sql/find-room';
import { findChangedMessage, type FoundMessage } from './sql/find-changed-message';
import { refusalOf } from '../storing/judge-changes';

/** A message may be changed before it is stored: its record is in the log, a moment away. Time before each further look. */
const WAITS_MS = [100, 300, 900] as const;
/** Questions of one user that may wait so, on this pod. */
const WAITING_PER_ACTOR = 2;

/** Whether a user may change a message, for websocket pods, which ask before they accept it. The store judges again. */
export function mayChangeRoute({ database, settings }: Context): Route {
  const waiting = new BoundWaiting(
    WAITING_PER_ACTOR,
    'too many changes of messages that are not stored yet',
    WAITS_MS[0],
  );
  return route({
    method: 'POST',
    path: '/internal/changes',
    summary: 'Whether a user may edit, delete or react to a message.',
    access: 'internal',
    body: AskChangeRequest,
    responses: { 200: AskChangeResponse },
    async handle({ body, signal }) {
      const found =
        (await findChangedMessage(database, body)) ??
        (await waiting.run(body.actor_id, () => findSoon(database, body, signal)));
      const refused =
        refusalOf(body, found) ??
        refusalByState(body, found, settings.changeWithinMs) ??
        (await refusalByRoom(database, body));
      const edited_at = found?.edited_at?.toISOString();
      return { status: 200, body: { ...(refused && { refused }), ...(edited_at !== undefined && { edited_at }) } };
    },
  });
}

async function findSoon(
  database: Database,
  change: AskChangeRequest,
  signal: AbortSignal,
): Promise<FoundMessage | undefined> {
  for (const ms of WAITS_MS) {
    await sleep(ms, undefined, { signal });
    const found = await findChangedMessage(database, change);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a message takes no reaction more. */
async function refusalByRoom(
  database: Database,
  { kind, actor_id, message_id, emoji, on }: AskChangeRequest,
): Promise<AskChangeResponse['refused']> {
  if (kind !== 'reacted' || emoji === undefined || on !== true) return undefined;
  return (await hasRoom(database, message_id, actor_id, emoji)) ? undefined : 'too_many_reactions';
}

/** Why what is the user's own to change cannot be changed any more. An owner of a group may delete what is old. */
function refusalByState(
  { kind, actor_id }: AskChangeRequest,
  found: FoundMessage | undefined,
  changeWithinMs: number | undefined,
): AskChangeResponse['refused'] {
  if (found === undefined) return 'unknown_message';
  if (found.deleted_at !== null) return kind === 'deleted' ? undefined : 'unknown_message';
  if (kind === 'reacted') return undefined;
  if (changeWithinMs === undefined || (found.sender_id !== actor_id && found.is_owner)) return undefined;
  return Date.now() - found.sent_at.getTime() > changeWithinMs ? 'too_late' : undefined;
}
