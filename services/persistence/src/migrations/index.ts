import type { Migration } from '@chat-app/database';
import { createTables } from './001-create-tables';
import { createStoreMessages } from './002-create-store-messages';
import { setSearchPath } from './003-set-search-path';
import { createEvents } from './004-create-events';
import { createStoreEvents } from './005-create-store-events';
import { createMessageChanges } from './006-create-message-changes';
import { narrowSearchPath } from './007-narrow-search-path';
import { indexEventsByAge } from './008-index-events-by-age';
import { createCleanups } from './009-create-cleanups';
import { createConversationSettings } from './010-create-conversation-settings';
import { createBlocks } from './011-create-blocks';
import { createInvitations } from './012-create-invitations';
import { createReactions } from './013-create-reactions';
import { indexMessagesByVersion } from './014-index-messages-by-version';
import { numberCursors } from './015-number-cursors';
import { createLastSeen } from './016-create-last-seen';
import { useIndexes } from './017-use-indexes';
import { createMessagePartitions } from './018-create-message-partitions';

/** Schema of everything persistence owns. */
export const SCHEMA = 'chat';

/** Forward only, in the order of application. */
export const MIGRATIONS: readonly Migration[] = [
  createTables,
  createStoreMessages,
  setSearchPath,
  createEvents,
  createStoreEvents,
  createMessageChanges,
  narrowSearchPath,
  indexEventsByAge,
  createCleanups,
  createConversationSettings,
  createBlocks,
  createInvitations,
  createReactions,
  indexMessagesByVersion,
  numberCursors,
  createLastSeen,
  useIndexes,
  createMessagePartitions,
];
