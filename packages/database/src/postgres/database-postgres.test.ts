import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import { createPostgresDatabase } from './database-postgres';

describe('PostgreSQL without TLS', () => {
  /** What is said when a database of this address is made. */
  async function warnings(address: { url?: string; host?: string }): Promise<string[]> {
    const said: string[] = [];
    const database = createPostgresDatabase({
      ...address,
      url: address.url === undefined ? undefined : secretOf(address.url),
      applicationName: 'test',
      logger: { ...silentLogger, warn: (text: string) => void said.push(text) },
      metrics: new Metrics('test'),
    });
    await database.close();
    return said;
  }

  it.each([
    { url: 'postgres://chat:secret@db.example/chatapp' },
    { host: 'db.example' },
    { host: '127.db.example' },
    { host: 'localhost.example' },
  ])('is said, with what to set, and without the password: %j', async (address) => {
    expect(await warnings(address)).toEqual([expect.stringMatching(/without TLS.*DATABASE_TLS_CA_FILE.*sslmode/)]);
    expect((await warnings(address)).join()).not.toContain('secret');
  });

  it.each([
    { url: 'postgres://chat:secret@db.example/chatapp?sslmode=verify-full' },
    { url: 'postgres://chat:secret@127.0.0.1/chatapp' },
    { host: 'localhost' },
    { host: '/var/run/postgresql' },
  ])('is not said where there is TLS, nor of the machine itself: %j', async (address) => {
    expect(await warnings(address)).toEqual([]);
  });
});
