import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { createEmbeddedMessageLog } from '@chat-app/embedded/message-log';
import { Metrics, parseConfiguration, silentLogger } from '@chat-app/platform';
import { openDatabase } from '../testing/embedded-context';
import { failing, unavailable } from '../testing/failing-database';
import { persistenceVariables } from './configuration';
import { createPersistence } from './create-persistence';

describe('starting persistence', () => {
  it('waits for a database that goes away after the schema is up to date', async () => {
    const [log, fanout] = [createEmbeddedMessageLog({ logger: silentLogger }), createEmbeddedFanout()];
    const embedded = await openDatabase();
    const database = failing(embedded, unavailable());
    const persistence = createPersistence({
      log,
      fanout,
      database,
      authentication: { findUnknownUsers: async () => [] },
      configuration: parseConfiguration({}, persistenceVariables),
      logger: silentLogger,
      metrics: new Metrics('persistence'),
    });
    await persistence.start();
    const text = 'select id from chat.instances';
    expect(await embedded.query({ name: 'instances', text })).toHaveLength(1);
    await persistence.drain();
    await Promise.all([log.close(), fanout.close(), embedded.close()]);
  }, 60_000);
});
