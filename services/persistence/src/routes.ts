import type { Route } from '@chat-app/platform';
import { checkMembershipRoute } from './check-membership';
import type { Context } from './context';
import { createGroupRoute } from './create-group';
import { listConversationsRoutes } from './list-conversations';
import { listMembersRoute } from './list-members';
import { listMessagesRoute } from './list-messages';
import { markReadRoute } from './mark-read';
import { openConnectionRoute } from './open-connection';
import { putMemberRoute } from './put-member';
import { readHeadsRoute } from './read-heads';
import { readInboxRoute } from './read-inbox';
import { removeMemberRoute } from './remove-member';
import { renameGroupRoute } from './rename-group';
import { saveCursorsRoute } from './save-cursors';

/** The public API: :8090. */
export function publicRoutes(context: Context): readonly Route[] {
  return [
    createGroupRoute(context),
    ...listConversationsRoutes(context),
    renameGroupRoute(context),
    listMembersRoute(context),
    putMemberRoute(context),
    removeMemberRoute(context),
    listMessagesRoute(context),
    markReadRoute(context),
  ];
}

/** The internal API: :8091. */
export function internalRoutes(context: Context): readonly Route[] {
  return [
    openConnectionRoute(context),
    readInboxRoute(context),
    readHeadsRoute(context),
    saveCursorsRoute(context),
    checkMembershipRoute(context),
  ];
}
