import { route, type Route, type RouteRequest } from '@chat-app/platform';
import { LogoutRequest } from '@chat-app/protocol';
import type { z } from 'zod';
import { audited } from '../audited';
import type { Context } from '../context';
import { chargeGuess } from '../throttling/charge-guess';
import { announceSignedOut } from './announce-signed-out';
import { hashRefreshToken } from './refresh-token';
import { endSessionOfToken } from './sql/end-session-of-token';

/**
 * `POST /logout`: ends the session that a refresh token belongs to, and with it the sockets opened by its access tokens.
 * It answers alike whether there was something to end: it may be called again, and tells nothing about a token.
 */
export function logOutRoute(context: Context): Route {
  return route({
    method: 'POST',
    path: '/logout',
    summary: 'Ends the session of a refresh token.',
    access: 'public',
    body: LogoutRequest,
    responses: { 204: null },
    handle: audited(
      context,
      'log_out',
      async ({ body, address }: LogOutCall, subject) => {
        const end = () => endSessionOfToken(context.database, hashRefreshToken(body.refresh_token));
        const { addresses } = context.tokenLimits;
        const ended = await chargeGuess(context, addresses, address, end, (found) => found === undefined);
        if (ended !== undefined) {
          subject.userId = ended.user_id;
          await announceSignedOut(context, ended.user_id, [ended.id], 'log_out');
        }
        return { status: 204 };
      },
      { successes: ({ userId }) => userId !== undefined },
    ),
  });
}

type LogOutCall = RouteRequest<undefined, undefined, z.infer<typeof LogoutRequest>>;
