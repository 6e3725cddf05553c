import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { silentLogger } from '@chat-app/platform';
import { openDatabase } from '../../testing/embedded-context';
import { beginEpoch } from '../tools/sql/begin-epoch';
import { Instance } from './register-instance';
import { readAnnouncement } from './sql/read-heads';
import { openConnections } from './sql/open-connections';
import { saveCursors } from './sql/save-cursors';

describe('what is announced to websocket pods', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  afterAll(() => database.close());

  const announced = async (...features: string[]) => (await readAnnouncement(database, features)).features;

  it('are the features that every running pod has, sorted', async () => {
    const [older, newer] = [
      new Instance(database, silentLogger, ['message', 'data']),
      new Instance(database, silentLogger, ['x-wave', 'message', 'data']),
    ];
    await newer.register();
    expect(await announced('x-wave', 'message', 'data')).toEqual(['data', 'message', 'x-wave']);
    await older.register();
    expect(await announced('x-wave', 'message', 'data')).toEqual(['data', 'message']);
    await older.close();
    expect(await announced('x-wave', 'message', 'data')).toEqual(['data', 'message', 'x-wave']);
    await newer.close();
  });

  it('does not wait for a pod that was silent for a minute', async () => {
    const older = new Instance(database, silentLogger, ['message']);
    await older.register();
    const text = "update chat.instances set seen_at = seen_at - interval '61 seconds'";
    await database.query({ name: 'age', text });
    expect(await announced('x-wave')).toEqual(['x-wave']);
    await older.close();
  });

  it('has another epoch after a restore, under which cursors of before change nothing', async () => {
    const [user_id, device_id] = [randomUUID(), 'phone'];
    const text = 'insert into chat.inbox_heads values ($1, 9)';
    await database.query({ name: 'head', text }, [user_id]);
    const open = async () => {
      const { connections, epoch } = await openConnections(database, [{ user_id, device_id }], []);
      return { epoch, confirmed: connections[0]?.confirmed };
    };
    const before = await open();
    await saveCursors(database, [{ user_id, device_id, received_seq: 2, epoch: before.epoch }], 50);
    const epoch = await beginEpoch(database, 'a test');
    expect(epoch).not.toBe(before.epoch);
    await saveCursors(database, [{ user_id, device_id, received_seq: 7, epoch: before.epoch }], 50);
    expect(await open()).toMatchObject({ epoch, confirmed: 2 });
    await saveCursors(database, [{ user_id, device_id, received_seq: 3, epoch }], 50);
    await saveCursors(database, [{ user_id, device_id, received_seq: 4 }], 50);
    expect(await open()).toMatchObject({ epoch, confirmed: 4 });
  });
});
