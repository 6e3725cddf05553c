export { createTabClient, type TabClient, type TabClientOptions } from './create-tab-client';
export { sharedWebSocket } from './shared-socket';
export type { SyncStorage } from './claim-slot';
export type { TabChannel, TabEnvironment, TabLocks } from './browser';
