/** Whatever comes as a body is answered with 2xx or 4xx as JSON, never 5xx. Inputs that broke it once go to regressions/. */
import fc from 'fast-check';
import { Metrics, route, silentLogger, startHttpServer, type HttpServer, type Route } from '@chat-app/platform';
import {
  ChangePasswordRequest,
  CreateGroupRequest,
  CursorsRequest,
  ERRORS,
  HeadsRequest,
  InboxRequest,
  LoginRequest,
  OpenConnectionRequest,
  ReadRequest,
  RefreshRequest,
  RegisterRequest,
  RenameRequest,
} from '@chat-app/protocol';
import { call } from '../support/system-users';
import regressions from './regressions/http-bodies.json';

jest.setTimeout(120_000);

const BODIES = {
  ChangePasswordRequest,
  CreateGroupRequest,
  CursorsRequest,
  HeadsRequest,
  InboxRequest,
  LoginRequest,
  OpenConnectionRequest,
  ReadRequest,
  RefreshRequest,
  RegisterRequest,
  RenameRequest,
};
const NAMES = Object.keys(BODIES);
const handled: unknown[] = [];

const field = fc.oneof(fc.jsonValue(), fc.uuid(), fc.string({ unit: 'binary' }), fc.array(fc.uuid(), { maxLength: 3 }));
const nearBody = fc
  .dictionary(
    fc.constantFrom(
      'username',
      'password',
      'new_password',
      'refresh_token',
      'title',
      'member_ids',
      'user_ids',
      'user_id',
      'device_id',
      'cursors',
      'message_id',
      '__proto__',
      'constructor',
    ),
    field,
  )
  .map((body) => JSON.stringify(body));
const text = fc.oneof(nearBody, fc.json(), fc.string({ unit: 'binary' }));

describe('HTTP bodies', () => {
  let server: HttpServer;

  beforeAll(async () => {
    const routes: Route[] = Object.entries(BODIES).map(([name, body]) =>
      route({
        method: 'POST',
        path: `/${name}`,
        access: 'public',
        summary: 'Takes a body.',
        body,
        responses: { 204: null },
        handle: async (request) => {
          handled.push(request.body);
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

  async function holds(name: string, body: string): Promise<void> {
    const answer = await call('POST', `http://127.0.0.1:${server.port}/${name}`, { text: body });
    if (answer.status === 204) return;
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(Object.keys(ERRORS)).toContain(answer.body.error.code);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  }

  it.each(regressions)('may be $why', async ({ text: body }) => {
    for (const name of NAMES) await holds(name, body);
  });

  it('may be anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), text, (name, body) => holds(name, body)),
      { numRuns: 200 },
    );
  });

  it('do reach their handlers where they are right', () => {
    expect(handled.length).toBeGreaterThan(0);
  });
});
