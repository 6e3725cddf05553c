/** Every public route of the OpenAPI files is called with random arguments and bodies, on the services as they run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '@chat-app/protocol';
import fc from 'fast-check';
import { parse } from 'yaml';
import { describeSystem } from '../testing/system-target';
import { call, SystemUsers, type TestUser } from '../testing/system-users';

interface Operation {
  service: 'authentication' | 'persistence';
  method: string;
  path: string;
}

/** Ends the session that the calls are made with, or is throttled by address: bad-calls and sessions have them. */
const LEFT_OUT = new Set(['POST /register', 'PUT /password']);

const operations = (['authentication', 'persistence'] as const).flatMap((service) => {
  const file = join(__dirname, `../../services/${service}/openapi.yaml`);
  const { paths } = parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => ['get', 'post', 'put', 'patch', 'delete'].includes(key))
      .map((method): Operation => ({ service, method: method.toUpperCase(), path })),
  );
});

describeSystem('HTTP calls that are random', (target) => {
  const users = new SystemUsers(target);
  const { authentication } = target;
  let alice: TestUser;
  let bob: TestUser;
  let group: string;

  beforeAll(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
    group = await users.createGroup(alice, [bob]);
  });
  afterAll(() => users.closeAll());

  /** Ids that exist are drawn often, or nothing but 404 would be tried. */
  const identifier = fc.oneof(
    fc.constantFrom('alice', 'bob', 'group', "' or '1'='1", '$1', '%s'),
    fc.uuid(),
    fc.string({ unit: 'binary', maxLength: 80 }),
  );
  const resolve = (drawn: string): string => {
    const known = new Map([
      ['alice', alice.id],
      ['bob', bob.id],
      ['group', group],
    ]);
    return known.get(drawn) ?? drawn;
  };
  const value = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.integer(),
    identifier,
    fc.array(fc.uuid(), { maxLength: 3 }),
  );
  const fields = fc.constantFrom(
    ...['username', 'password', 'refresh_token', 'title', 'member_ids', 'role', 'message_id', '__proto__'],
  );
  const body = fc.option(
    fc.oneof(
      fc.dictionary(fields, value).map((object) => JSON.stringify(object)),
      fc.json(),
      fc.string({ unit: 'binary' }),
    ),
    { nil: undefined },
  );
  const query = fc.dictionary(
    fc.constantFrom('limit', 'before', 'after', 'username', 'cursor', 'x'),
    fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.uuid()),
    { maxKeys: 3 },
  );

  const open = operations.filter(
    ({ method, path }) => !path.startsWith('/internal/') && !LEFT_OUT.has(`${method} ${path}`),
  );

  it.each(open)('are never answered by a fault of the service: $method $path', async ({ service, method, path }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(identifier, { minLength: 2, maxLength: 2 }), query, body, async (ids, asked, text) => {
        const names = ids.map((id) => encodeURIComponent(resolve(id).toWellFormed()));
        const where = path.replace(/\{\w+\}/g, () => {
          const name = names.shift();
          return name === undefined || name === '' ? 'x' : name;
        });
        const search = new URLSearchParams(asked).toString();
        const url = `${target[service]}${where}${search === '' ? '' : `?${search}`}`;
        const answer = await call(method, url, { token: alice.token, ...(text !== undefined && { text }) });
        if (answer.status >= 200 && answer.status < 400) return;
        if (answer.status < 400 || answer.status > 499) throw new Error(`${answer.status}: ${answer.text}`);
        expect(Object.keys(ERRORS)).toContain(answer.body.error.code);
      }),
      { numRuns: 40 },
    );
  });

  it('take text for text, also where it would end a statement of SQL', async () => {
    const title = "Robert'); drop table chat.messages; -- \\ $1 ${x}";
    const read = await users.api(alice, 'GET', `/conversations/${await users.createGroup(alice, [], title)}`);
    expect(JSON.parse(read.text)).toMatchObject({ title });
  });

  it('leave the service and the session as they were', async () => {
    expect((await call('GET', `${authentication}/users/${alice.id}`, { token: alice.token })).status).toBe(200);
    expect((await users.api(alice, 'GET', '/conversations')).status).toBe(200);
  });
});
