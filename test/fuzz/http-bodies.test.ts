/** Whatever comes as a body is answered with 2xx or 4xx as JSON, never 5xx. Inputs that broke it once go to regressions/. */
import fc from 'fast-check';
import type { z } from 'zod';
import { Metrics, route, silentLogger, startHttpServer, type HttpServer, type Route } from '@chat-app/platform';
import {
  ChangePasswordRequest,
  CreateGroupRequest,
  CursorsRequest,
  EndedSessionsRequest,
  EndSessionsRequest,
  ERRORS,
  HeadsRequest,
  InboxRequest,
  LoginRequest,
  LogoutRequest,
  OpenConnectionRequest,
  OpenConnectionsRequest,
  PutMemberRequest,
  ReadRequest,
  RefreshRequest,
  RegisterRequest,
  UnknownUsersRequest,
} from '@chat-app/protocol';
import { call } from '../testing/system-users';
import regressions from './regressions/http-bodies.json';

jest.setTimeout(120_000);

const ID = '3f1f7a52-6a3c-4f0e-9d8b-0d6b8b2f6a11';
/** Every body that may come, and one that is right. */
const BODIES = {
  ChangePasswordRequest: [ChangePasswordRequest, { password: 'long enough', new_password: 'long enough too' }],
  CreateGroupRequest: [CreateGroupRequest, { title: 'a group', member_ids: [ID] }],
  CursorsRequest: [CursorsRequest, { cursors: [{ user_id: ID, device_id: 'phone', received_seq: 1 }] }],
  EndedSessionsRequest: [EndedSessionsRequest, { session_ids: [ID] }],
  EndSessionsRequest: [EndSessionsRequest, { password: 'x' }],
  HeadsRequest: [HeadsRequest, { user_ids: [ID] }],
  InboxRequest: [InboxRequest, { user_id: ID, after: 0 }],
  LoginRequest: [LoginRequest, { username: 'someone', password: 'long enough' }],
  LogoutRequest: [LogoutRequest, { refresh_token: 'x' }],
  OpenConnectionRequest: [OpenConnectionRequest, { user_id: ID, device_id: 'phone' }],
  OpenConnectionsRequest: [OpenConnectionsRequest, { connections: [{ user_id: ID, device_id: 'phone' }] }],
  PutMemberRequest: [PutMemberRequest, { role: 'owner' }],
  ReadRequest: [ReadRequest, { message_id: ID }],
  RefreshRequest: [RefreshRequest, { refresh_token: 'x', attempt_id: 'of sixteen and more' }],
  RegisterRequest: [RegisterRequest, { username: 'someone', password: 'long enough' }],
  UnknownUsersRequest: [UnknownUsersRequest, { user_ids: [ID] }],
} as const;
type Name = keyof typeof BODIES;
const NAMES = Object.keys(BODIES) as Name[];
const handled: string[] = [];

const value = fc.oneof(fc.jsonValue(), fc.uuid(), fc.string({ unit: 'binary' }), fc.array(fc.uuid(), { maxLength: 3 }));
const key = fc.oneof(
  fc.constantFrom(...new Set(NAMES.flatMap((name) => Object.keys(BODIES[name][1])))),
  fc.constantFrom('__proto__', 'constructor', 'toString'),
);
/** A right body with one field left out or replaced, or one more: written as text, so that `__proto__` stays a key. */
const nearly = (name: Name): fc.Arbitrary<string> =>
  fc.tuple(fc.option(key), key, value).map(([left, put, instead]) => {
    const fields = Object.entries(BODIES[name][1]).filter(([field]) => field !== left && field !== put);
    return `{${[...fields, [put, instead] as const]
      .map(([field, content]) => `${JSON.stringify(field)}:${JSON.stringify(content)}`)
      .join(',')}}`;
  });
const body = (name: Name): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: nearly(name) }, fc.json(), fc.string({ unit: 'binary' }));

describe('HTTP bodies', () => {
  let server: HttpServer;

  beforeAll(async () => {
    const routes: Route[] = NAMES.map((name) =>
      route({
        method: 'POST',
        path: `/${name}`,
        access: 'public',
        summary: 'Takes a body.',
        body: BODIES[name][0] as z.ZodType,
        responses: { 204: null },
        handle: async (request) => {
          expect(request.body).toBeDefined();
          handled.push(name);
          return { status: 204 };
        },
      }),
    );
    server = await startHttpServer({
      name: 'fuzzed',
      host: '127.0.0.1',
      port: 0,
      routes,
      logger: silentLogger,
      metrics: new Metrics('fuzz'),
      errors: ERRORS,
    });
  });
  afterAll(() => server.close());

  async function holds(name: Name, text: string): Promise<number> {
    const answer = await call('POST', `http://127.0.0.1:${server.port}/${name}`, { text });
    if (answer.status === 204) return answer.status;
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(Object.keys(ERRORS)).toContain(answer.body.error.code);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    return answer.status;
  }

  it.each(NAMES)('reach their handlers where they are right: %s', async (name) => {
    handled.length = 0;
    expect(await holds(name, JSON.stringify(BODIES[name][1]))).toBe(204);
    expect(handled).toEqual([name]);
  });

  it.each(regressions)('may be $why', async ({ text }) => {
    for (const name of NAMES) await holds(name, text);
  });

  it('may be anything', async () => {
    const anything = fc.constantFrom(...NAMES).chain((name) => fc.tuple(fc.constant(name), body(name)));
    await fc.assert(
      fc.asyncProperty(anything, async ([name, text]) => {
        await holds(name, text);
      }),
      { numRuns: 300 },
    );
  });
});
