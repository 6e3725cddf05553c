import { route, type Route } from '@chat-app/platform';
import { z } from 'zod';
import type { Context } from '../context';

/** RFC 7517, section 5; the fields of an EC key as RFC 7518, section 6.2 has them. */
const JwksResponse = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.string(),
    }),
  ),
});

/**
 * `GET /.well-known/jwks.json`: the keys that access tokens are verified with. It may be cached for five minutes: a key
 * is published for longer than that before it signs.
 */
export function publishKeysRoute(context: Context): Route {
  return route({
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'Public keys of the access tokens (JWKS).',
    access: 'public',
    responses: { 200: JwksResponse },
    async handle() {
      return { status: 200, body: context.signer.jwks(), headers: { 'cache-control': 'public, max-age=300' } };
    },
  });
}
