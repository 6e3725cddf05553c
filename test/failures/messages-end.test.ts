/**
 * Messages are kept for 60 days: under load the table becomes partitions and a month goes by, while a pod that stores is killed. The month
 * goes by in the database, as it does for the pods, which take the time from it.
 */
import type { Client } from 'pg';
import { eventually } from './testing/eventually';
import { withDatabase } from './testing/stores';
import { describeFault, type Scene } from './testing/with-stack';

const WITHIN_MS = 240_000;
const options = {
  overrides: { persistence: { MESSAGE_DAYS: '60', ENTRY_DAYS: '0', CONFIRMED_ENTRY_DAYS: '0' } },
};

describeFault('when messages end', options, (scene) => {
  it('loses nothing while the table becomes partitions under load, and a month is turned', async () => {
    const load = await scene.load();
    load.start();
    await load.more('positioned', 200);
    // The table of before, that of this month, and that of the next, ahead of time.
    await eventually(() => hasPartitions(scene, 3), 'the table is partitions', WITHIN_MS);
    await load.more('positioned', 200);
    const pod = scene.stack.pod('persistence', 0);
    await pod.kill();
    await turnMonth(scene, 1);
    await load.more('accepted', 200);
    await pod.start();
    load.healed();
    await load.more('positioned', 200);
    const { broken } = await load.finish('messages-end');
    expect(broken).toEqual({});
    expect(await hasPartitions(scene, 3)).toBe(true);
  });
});

/** Runs statements as the role of the pods. */
function asPersistence<T>({ stack }: Scene, work: (client: Client) => Promise<T>): Promise<T> {
  return withDatabase(stack.backends, async (client) => {
    await client.query('set role persistence');
    return work(client);
  });
}

/** The month so many after this one begins: what is stored from now on is of it. */
async function turnMonth(scene: Scene, months: number): Promise<void> {
  await asPersistence(scene, async (client) => {
    const day = (after: number): string => `(date_trunc('month', now()) + interval '${months + after} months')::date`;
    await client.query(
      `select chat.add_message_partition(${day(1)}) from chat.message_partitions
       having max(to_number) < chat.number_from(${day(1)})`,
    );
    await client.query(`select chat.open_message_partition(${day(0)}, now())`);
  });
}

async function hasPartitions(scene: Scene, count: number): Promise<true | undefined> {
  const { rows } = await asPersistence(scene, (client) =>
    client.query(`select from pg_inherits where inhparent = 'chat.messages'::regclass`),
  );
  return rows.length >= count ? true : undefined;
}
