import { chargeCallers, type Route } from '@chat-app/platform';
import { mayChangeRoute } from './messages/may-change';
import { checkMembershipRoute } from './conversations/check-membership';
import { blockRoutes } from './blocks/block-users';
import { invitationRoutes } from './invitations/answer-invitations';
import type { Context } from './context';
import { findContactsRoute } from './conversations/find-contacts';
import { lastSeenRoutes } from './last-seen/keep-last-seen';
import { ownSettingsRoutes } from './last-seen/own-settings';
import { createGroupRoute } from './conversations/create-group';
import { listConversationsRoutes } from './conversations/list-conversations';
import { listMembersRoute } from './conversations/list-members';
import { listMessagesRoute } from './messages/list-messages';
import { markReadRoute } from './messages/mark-read';
import { openConnectionRoutes } from './inbox/open-connection';
import { putMemberRoute } from './conversations/put-member';
import { readHeadsRoute } from './inbox/read-heads';
import { readInboxRoutes } from './inbox/read-inbox';
import { removeMemberRoute } from './conversations/remove-member';
import { changeConversationRoute } from './conversations/change-conversation';
import { changeSettingsRoute } from './conversations/change-settings';
import { countReceiptsRoute } from './receipts/count-receipts';
import { saveCursorsRoute } from './inbox/save-cursors';

/** The public API: :8090. */
export function publicRoutes(context: Context): readonly Route[] {
  const routes = [
    createGroupRoute(context),
    ...listConversationsRoutes(context),
    changeConversationRoute(context),
    listMembersRoute(context),
    putMemberRoute(context),
    removeMemberRoute(context),
    listMessagesRoute(context),
    markReadRoute(context),
    changeSettingsRoute(context),
    ...invitationRoutes(context),
    ...blockRoutes(context),
    ...ownSettingsRoutes(context),
    countReceiptsRoute(context),
  ];
  return chargeCallers(routes, (userId) => context.budgets.takeCall(userId));
}

/** The internal API: :8091. */
export function internalRoutes(context: Context): readonly Route[] {
  return [
    ...openConnectionRoutes(context),
    ...readInboxRoutes(context),
    readHeadsRoute(context),
    saveCursorsRoute(context),
    checkMembershipRoute(context),
    findContactsRoute(context),
    ...lastSeenRoutes(context),
    mayChangeRoute(context),
  ];
}
