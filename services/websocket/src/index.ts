/** The websocket service: sockets, nothing else. Stateless: any pod serves any user. */
export { websocketVariables, type WebsocketConfiguration } from './configuration';
export type { WebsocketDependencies } from './assemble-websocket';
export { systemClock, type Clock } from './clock';
export { createWebsocket, type WebsocketService } from './create-websocket';
export { createAuthenticationClient, type AuthenticationClient } from './peers/authentication-client';
export { createPersistenceClient, type PersistenceClient } from './peers/persistence-client';
export { websocketRoutes } from './connections/routes';
