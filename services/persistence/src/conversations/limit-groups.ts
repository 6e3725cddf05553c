import type { Queryable } from '@chat-app/database';
import { refusal } from '../refusal';
import { findFullUsers } from './sql/find-full-users';

/** @throws HttpError too_many_groups where one of these users is in as many groups as a user may be */
export async function requireRoomForGroup(
  transaction: Queryable,
  userIds: readonly string[],
  maxGroups: number,
): Promise<void> {
  const [full] = await findFullUsers(transaction, userIds, maxGroups);
  if (full !== undefined) {
    throw refusal('too_many_groups', `${full} is in ${maxGroups} groups, as many as a user may be.`);
  }
}
