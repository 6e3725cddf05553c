import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { TokenSigner } from '@chat-app/tokens';
import { Metrics, parseConfiguration, PlatformError, silentAudit, silentLogger } from '@chat-app/platform';
import { authenticationVariables } from './configuration';
import { createAuthentication } from './create-authentication';

const query = () => Promise.resolve([]);
const away = () => Promise.reject(new PlatformError('database_unavailable', 'away'));

function serviceOn(migrate: Database['migrate']) {
  return createAuthentication({
    database: {
      migrate,
      query,
      transaction: (work) => work({ query }),
      maintain: () => Promise.resolve(),
      ping: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    fanout: {} as Fanout,
    signer: {} as TokenSigner,
    configuration: parseConfiguration({}, authenticationVariables),
    logger: silentLogger,
    audit: silentAudit,
    metrics: new Metrics('authentication'),
  });
}

describe('start', () => {
  it('waits for a database that is unavailable', async () => {
    let calls = 0;
    const service = serviceOn(() => {
      calls += 1;
      return calls < 3 ? away() : Promise.resolve();
    });
    await service.start();
    expect(calls).toBe(3);
    await service.close();
  });

  it('gives up waiting when the service is closed', async () => {
    let closing: Promise<void> | undefined;
    const service = serviceOn(() => {
      closing ??= service.close();
      return away();
    });
    await service.start();
    await closing;
  });

  it('fails where the schema cannot be brought up to date', async () => {
    const refused = new PlatformError('database_refused', 'permission denied for database', { sqlstate: '42501' });
    const service = serviceOn(() => Promise.reject(refused));
    await expect(service.start()).rejects.toBe(refused);
    await service.close();
  });
});
