import { commandsOf, follow } from './documents';
import { kubectl, readyPods, RELEASE, settled } from './kubectl';
import { NOTHING_LOST, underLoad } from './test-pods';

/**
 * The runbook of docs/operations.md, with a copy of the running database where the runbook has its backup. It takes minutes: only
 * where E2E_NIGHTLY=true.
 */
export function describeRestore(): void {
  const nightly = process.env['E2E_NIGHTLY'] === 'true' ? it : it.skip;
  describe('the runbook of the restore', () => {
    nightly(
      'brings back every message accepted after the backup, into a cluster that is archived like the first',
      async () => {
        const [stop = '', make = '', point = '', rewind = '', start = ''] = commandsOf('operations.md', 'Restore');
        const copy = make.replace('overlays/restored', 'overlays/e2e-restored');
        const moment = new Date().toISOString();
        const result = await underLoad({ durationS: 10 }, () => follow(copy));
        expect(result).toMatchObject(NOTHING_LOST);
        const before = await messages('chat-db');
        expect((await messages('chat-db-restored')).length).toBeLessThan(before.length);

        await follow(stop);
        await follow(copy);
        await follow(point);
        expect([await readyPods('persistence'), await readyPods('authentication')]).toEqual([[], []]);
        await follow(rewind.replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/, `"${moment}"`));
        await follow(start);
        for (const service of ['persistence', 'authentication', 'websocket']) await settled(service, 2);
        // The load waits until its own messages are stored: by then those read again, which came before them, are too.
        expect(await underLoad({ durationS: 5 }, async () => undefined)).toMatchObject(NOTHING_LOST);
        const after = new Set(await messages('chat-db-restored'));
        expect(before.filter((id) => !after.has(id))).toEqual([]);
        expect(await messages('chat-db')).toEqual(before);
        expect(await kubectl('get', `deployment/${RELEASE}-persistence`, '--output', 'yaml')).toContain(
          'chat-db-restored-rw',
        );
      },
    );
  });
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
