import type { Migration } from '@chat-app/database';
import { createUsers } from './001-create-users';
import { createSessions } from './002-create-sessions';
import { createLoginThrottles } from './003-create-login-throttles';
import { addUserData } from './004-add-user-data';
import { addRefreshAttempts } from './005-add-refresh-attempts';
import { addSessionDevices } from './006-add-session-devices';
import { addDeviceProofs } from './007-add-device-proofs';
import { addNameKeys } from './008-add-name-keys';
import { addDisabledUsers } from './009-add-disabled-users';
import { indexSessionsByStart } from './010-index-sessions-by-start';
import { indexNameKeys } from './011-index-name-keys';
import { addAccountDecider } from './012-add-account-decider';
import { indexNamePrefixes } from './013-index-name-prefixes';
import { addInitialPasswords } from './014-add-initial-passwords';

/** Schema `auth`: nobody but this service opens its tables. */
export const SCHEMA = 'auth';

/** In the order of their numbers; a released one never changes. */
export const MIGRATIONS: readonly Migration[] = [
  createUsers,
  createSessions,
  createLoginThrottles,
  addUserData,
  addRefreshAttempts,
  addSessionDevices,
  addDeviceProofs,
  addNameKeys,
  addDisabledUsers,
  indexSessionsByStart,
  indexNameKeys,
  addAccountDecider,
  indexNamePrefixes,
  addInitialPasswords,
];
