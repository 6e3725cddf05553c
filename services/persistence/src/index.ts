export {
  createPersistence,
  INTERNAL_BODY_BYTES,
  PUBLIC_BODY_BYTES,
  type Persistence,
  type PersistenceDependencies,
} from './create-persistence';
export { createUserClient, type UserClient } from './peers/user-client';
export { followEndedSessions } from './peers/follow-ended-sessions';
export { persistenceVariables, type PersistenceConfiguration } from './configuration';
export { redriveMessages, type RedriveCounts, type RedriveOptions } from './storing/redrive-messages';
