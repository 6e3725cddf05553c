export { route, type HttpResult, type Route, type RouteRequest } from './route';
export { HttpError, httpError, type ErrorTable } from './http-error';
export { startHttpServer, type HttpServerOptions, type Pages } from './express-server';
export { startManagementServer, type Liveness, type ManagementServerOptions } from './management-server';
export { createServiceClient, type ServiceCall, type ServiceClient, type ServiceClientOptions } from './service-client';
export { equalSecrets } from './authorize';
export type { HttpServer } from './serve-http';
export type { TokenClaims, TokenVerifier } from './claims';
