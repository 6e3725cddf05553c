import { isPlatformError, route, type Route } from '@chat-app/platform';
import { withTimeout } from '@chat-app/timing';
import {
  ANNOUNCED_FEATURES,
  OpenConnectionRequest,
  OpenConnectionResponse,
  OpenConnectionsRequest,
  OpenConnectionsResponse,
  type Cursor,
} from '@chat-app/protocol';
import type { Context } from '../context';
import { openConnections, type OpenedConnection } from './sql/open-connections';
import { saveCursors } from './sql/save-cursors';

/**
 * Where devices resume: each after what it confirmed, else after the most that any device of its user confirmed, else at the
 * beginning. A new device keeps that position from now on. Of unconfirmed entries at most the newest `catch_up_entries`
 * are left to send, and none that expired.
 */
export function openConnectionRoutes(context: Context): readonly Route[] {
  const one = route({
    method: 'POST',
    path: '/internal/connections',
    summary: 'Where a device resumes, and the groups of its user.',
    access: 'internal',
    body: OpenConnectionRequest,
    responses: { 200: OpenConnectionResponse },
    async handle({ body }) {
      const { connections, ...announced } = await open(context, [body]);
      return { status: 200, body: { ...connections[0], ...announced } };
    },
  });
  const several = route({
    method: 'POST',
    path: '/internal/connections/batch',
    summary: 'Where devices resume, and the groups of their users, in the order of the request.',
    access: 'internal',
    body: OpenConnectionsRequest,
    responses: { 200: OpenConnectionsResponse },
    async handle({ body }) {
      return { status: 200, body: await open(context, body.connections) };
    },
  });
  return [one, several];
}

/** Longer nobody waits for positions to be kept: where writes hang, those who read are let in all the same. */
const KEEP_WITHIN_MS = 500;

async function open(context: Context, asked: readonly OpenConnectionRequest[]): Promise<OpenConnectionsResponse> {
  const { connections, epoch, features } = await openConnections(context.database, asked, ANNOUNCED_FEATURES);
  const stale = asked.flatMap(({ user_id, device_id, keep_position }, index) => {
    const opened = connections[index];
    if (!keep_position || opened?.is_stale !== true) return [];
    return [{ user_id, device_id, received_seq: opened.confirmed, epoch }];
  });
  if (stale.length > 0) await withTimeout(KEEP_WITHIN_MS, keepPositions(context, stale));
  return {
    connections: connections.map((opened, index) => resume(opened, asked[index]?.catch_up_entries ?? 0)),
    epoch,
    features,
  };
}

function resume({ head, confirmed, expired, conversation_ids, blocks }: OpenedConnection, catchUpEntries: number) {
  const position = Math.max(confirmed, head - catchUpEntries, expired);
  return { head, position, skipped: position - confirmed, conversation_ids, blocks };
}

/** Where it cannot be written (a standby takes no writes) the devices are no worse off than before. Never rejects. */
async function keepPositions(context: Context, cursors: readonly Cursor[]): Promise<void> {
  const { database, settings, logger } = context;
  try {
    await saveCursors(database, cursors, settings.maxDevices);
  } catch (error) {
    logger.debug('positions of devices could not be kept', { devices: cursors.length, error });
    // What was refused for one of them is not refused for the others.
    if (cursors.length === 1 || isPlatformError(error, 'database_unavailable')) return;
    for (const cursor of cursors) await keepPositions(context, [cursor]);
  }
}
