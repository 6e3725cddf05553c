import { setTimeout as sleep } from 'node:timers/promises';
import { route, type Route } from '@chat-app/platform';
import { AskChangeRequest, AskChangeResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { findChangedMessage, type FoundMessage } from './sql/find-changed-message';
import { refusalOf } from '../storing/judge-changes';

/** A message may be changed before it is stored: its record is in the log, a moment away. */
const STORING_MS = 2_000;
const RETRY_MS = 100;

/** Whether a user may change a message, for websocket pods, which ask before they accept it. The store judges again. */
export function mayChangeRoute({ database, settings }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/changes',
    summary: 'Whether a user may edit or delete a message.',
    access: 'internal',
    body: AskChangeRequest,
    responses: { 200: AskChangeResponse },
    async handle({ body, signal }) {
      let found: FoundMessage | undefined;
      for (const end = performance.now() + STORING_MS; ; await sleep(RETRY_MS, undefined, { signal })) {
        found = await findChangedMessage(database, body);
        if (found !== undefined || performance.now() >= end) break;
      }
      const refused = refusalOf(body, found) ?? refusalByState(body, found, settings.changeWithinMs);
      const edited_at = found?.edited_at?.toISOString();
      return { status: 200, body: { ...(refused && { refused }), ...(edited_at !== undefined && { edited_at }) } };
    },
  });
}

/** Why what is the user's own to change cannot be changed any more. An owner of a group may delete what is old. */
function refusalByState(
  { kind, actor_id }: AskChangeRequest,
  found: FoundMessage | undefined,
  changeWithinMs: number | undefined,
): AskChangeResponse['refused'] {
  if (found === undefined) return 'unknown_message';
  if (found.deleted_at !== null) return kind === 'edited' ? 'unknown_message' : undefined;
  if (changeWithinMs === undefined || (found.sender_id !== actor_id && found.is_owner)) return undefined;
  return Date.now() - found.sent_at.getTime() > changeWithinMs ? 'too_late' : undefined;
}
