import { route, type Route } from '@chat-app/platform';
import { FEATURES, OpenConnectionRequest, OpenConnectionResponse } from '@chat-app/protocol';
import { readBlocks } from '../blocks/sql/read-blocks';
import type { Context } from '../context';
import { openConnection } from './sql/open-connection';
import { saveCursors } from './sql/save-cursors';

/**
 * Where a device resumes: after what it confirmed, else after the most that any device of its user confirmed, else at the
 * beginning. A new device keeps that position from now on. Of unconfirmed entries at most the newest `catch_up_entries`
 * are left to send, and none that expired.
 */
export function openConnectionRoute({ database, settings, logger }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/connections',
    summary: 'Where a device resumes, and the groups of its user.',
    access: 'internal',
    body: OpenConnectionRequest,
    responses: { 200: OpenConnectionResponse },
    async handle({ body }) {
      const { user_id, device_id } = body;
      const [opened, blocks] = await Promise.all([
        openConnection(database, user_id, device_id, FEATURES),
        readBlocks(database, [user_id]),
      ]);
      const { head, confirmed, is_stale, expired, conversation_ids, epoch, features } = opened;
      if (is_stale && body.keep_position) {
        // Where it cannot be written (a standby takes no writes) the device is no worse off than before.
        const cursor = { user_id, device_id, received_seq: confirmed, epoch };
        await saveCursors(database, [cursor], settings.maxDevices).catch((error: unknown) => {
          logger.debug('the position of a device could not be kept', { user_id, error });
        });
      }
      const position = Math.max(confirmed, head - body.catch_up_entries, expired);
      const answer = { head, position, skipped: position - confirmed, conversation_ids, epoch, features };
      return { status: 200, body: { ...answer, blocks: blocks[user_id] ?? [] } };
    },
  });
}
