import { commandsOf, follow } from './documents';
import { eventually, kubectl, readyPods, RELEASE, settled } from './kubectl';
import { upgrade } from './release';
import { NOTHING_LOST, underLoad } from './test-pods';
import { TwoPeople } from './two-people';

/**
 * The runbook of docs/operations.md, with a copy of the running database where the runbook has its backup. It takes minutes: only
 * where E2E_NIGHTLY=true.
 */
export function describeRestore(): void {
  const nightly = process.env['E2E_NIGHTLY'] === 'true' ? it : it.skip;
  describe('the runbook of the restore', () => {
    nightly(
      'brings back every message accepted after the backup; pods close the connections of the epoch before, and nothing is taken for old',
      async () => {
        // Who is connected stays so: their tokens outlive all of it.
        await upgrade(['authentication.accessTokenTtlSeconds=3600']);
        const people = await TwoPeople.connect();
        try {
          await restore(people);
        } finally {
          await people.end();
        }
      },
    );
  });
}

async function restore(people: TwoPeople): Promise<void> {
  const [stop = '', make = '', point = '', rewind = '', start = ''] = commandsOf('operations.md', 'Restore');
  const copy = make.replace('overlays/restored', 'overlays/e2e-restored');
  await people.say('before the backup');
  const moment = new Date().toISOString();
  const result = await underLoad({ durationS: 10 }, () => follow(copy));
  expect(result).toMatchObject(NOTHING_LOST);
  for (const content of ['after the backup', 'later']) await people.say(content);
  const before = await messages('chat-db');
  expect((await messages('chat-db-restored')).length).toBeLessThan(before.length);

  await follow(stop);
  await follow(copy);
  await follow(point);
  expect([await readyPods('persistence'), await readyPods('authentication')]).toEqual([[], []]);
  const websocket = await readyPods('websocket');
  await follow(rewind.replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/, `"${moment}"`));
  await follow(start);
  for (const service of ['persistence', 'authentication']) await settled(service, 2);

  // The pods that were there all along close the connections of the epoch before.
  expect(await readyPods('websocket')).toEqual(websocket);
  await eventually('everybody is told', 90_000, () =>
    Promise.resolve(people.told.every(({ closes, missed }) => closes.includes(4005) && missed.length > 0)),
  );
  // Once, whatever else broke their connections meanwhile.
  expect(people.told.map(({ missed }) => missed)).toEqual([[{ reason: 'restored' }], [{ reason: 'restored' }]]);
  await people.say('after the restore');
  expect(people.received).toEqual(['before the backup', 'after the backup', 'later', 'after the restore']);

  // The load waits until its own messages are stored: by then those read again, which came before them, are too.
  expect(await underLoad({ durationS: 5 }, async () => undefined)).toMatchObject(NOTHING_LOST);
  const after = new Set(await messages('chat-db-restored'));
  expect(before.filter((id) => !after.has(id))).toEqual([]);
  expect((await messages('chat-db')).length).toBe(before.length);
  const deployment = await kubectl('get', `deployment/${RELEASE}-persistence`, '--output', 'yaml');
  expect(deployment).toContain('chat-db-restored-rw');
}

/** Ids of the stored messages, in order. */
async function messages(cluster: string): Promise<string[]> {
  const primary = await kubectl(
    'get',
    'cluster.postgresql.cnpg.io',
    cluster,
    '--output',
    'jsonpath={.status.currentPrimary}',
  );
  const query = 'select id from chat.messages order by 1';
  const answer = await kubectl('exec', primary, '-c', 'postgres', '--', 'psql', '-tAqd', 'chatapp', '-c', query);
  return answer.split('\n').filter(Boolean);
}
