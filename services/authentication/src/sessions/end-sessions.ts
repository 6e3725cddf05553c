import { route, type HttpResult, type Route, type RouteRequest } from '@chat-app/platform';
import { EndSessionsRequest, SessionPath } from '@chat-app/protocol';
import type { z } from 'zod';
import { audited } from '../audited';
import type { Context } from '../context';
import { findOwnCredentials, verifyOwnPassword } from '../passwords/verify-own-password';
import { announceSignedOut } from './announce-signed-out';
import { endOtherSessions } from './sql/end-other-sessions';
import { endSessionOfUser } from './sql/end-session-of-user';

/**
 * `DELETE /sessions/{session_id}`: ends one session of the caller, and `DELETE /sessions`: all but the one of the call. Both
 * take the password: who got hold of an access token must not send the owner away.
 */
export function endSessionsRoutes(context: Context): Route[] {
  /** What ended is recorded where it is announced, a wrong password here. */
  const authenticatedAgain = <Params>(handle: (call: EndCall<Params>) => Promise<HttpResult>) =>
    audited(
      context,
      'end_sessions',
      async (call: EndCall<Params>) => {
        await verifyOwnPassword(context, await findOwnCredentials(context, call.caller), call);
        return handle(call);
      },
      { successes: () => false },
    );
  const endOne = route({
    method: 'DELETE',
    path: '/sessions/{session_id}',
    summary: "Ends one of the caller's sessions.",
    access: 'user',
    params: SessionPath,
    body: EndSessionsRequest,
    responses: { 204: null },
    handle: authenticatedAgain(async ({ params, caller }: EndCall<z.infer<typeof SessionPath>>) => {
      const ended = await endSessionOfUser(context.database, params.session_id, caller.userId);
      if (ended) await announceSignedOut(context, caller.userId, [params.session_id], 'log_out');
      return { status: 204 };
    }),
  });
  const endOthers = route({
    method: 'DELETE',
    path: '/sessions',
    summary: "Ends the caller's other sessions.",
    access: 'user',
    body: EndSessionsRequest,
    responses: { 204: null },
    handle: authenticatedAgain(async ({ caller }: EndCall<undefined>) => {
      const ended = await endOtherSessions(context.database, caller.userId, caller.sessionId, 'log_out');
      await announceSignedOut(context, caller.userId, ended, 'log_out');
      return { status: 204 };
    }),
  });
  return [endOne, endOthers];
}

type EndCall<Params> = RouteRequest<Params, undefined, z.infer<typeof EndSessionsRequest>>;
