import type { z } from 'zod';
import type { TokenClaims } from './claims';

/** A success: status, JSON body (absent for 204) and extra headers. */
export interface HttpResult {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** What a handler is given: everything already checked against the route's schemas. */
export interface RouteRequest<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** The caller; present exactly when `access` is `user`. */
  caller: TokenClaims;
  /** Address of the client, by the configured number of trusted proxies. */
  address: string;
  /** The first characters of the `User-Agent` that the client gave, if any. */
  userAgent?: string | undefined;
  /** Aborted when the client went away or the time allowed is over. */
  signal: AbortSignal;
}

/**
 * One endpoint, as data: the server checks input against the schemas and answers faults itself, and the OpenAPI files
 * are checked against these lists.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/users/{user_id}`: braces mark parameters, as in OpenAPI. */
  path: string;
  /** One line, for the OpenAPI file and the metrics' reader. */
  summary: string;
  /** `public`: anyone; `user`: a valid access token; `internal`: the shared secret. */
  access: 'public' | 'user' | 'internal';
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Schema of the success body by status; `null` where there is none. */
  responses: Readonly<Record<number, z.ZodType | null>>;
  handle(request: RouteRequest<unknown, unknown, unknown>): Promise<HttpResult>;
}

type Inferred<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined;

/** Declares a route with the types of its handler inferred from its schemas. */
export function route<
  const Params extends z.ZodType | undefined = undefined,
  const Query extends z.ZodType | undefined = undefined,
  const Body extends z.ZodType | undefined = undefined,
>(
  definition: Omit<Route, 'handle' | 'params' | 'query' | 'body'> & {
    params?: Params;
    query?: Query;
    body?: Body;
    handle(request: RouteRequest<Inferred<Params>, Inferred<Query>, Inferred<Body>>): Promise<HttpResult>;
  },
): Route {
  // The server validates before it calls, so the handler's narrower parameter is sound.
  return definition as unknown as Route;
}
