import { inspect } from 'node:util';
import { parsePostgresUrl } from './postgres-address';

describe('the URL of PostgreSQL', () => {
  it('gives host, port, database, user and password', () => {
    expect(parsePostgresUrl('postgresql://us%40er:p%2Fw@db.example:5433/chat%20app')).toEqual({
      host: 'db.example',
      port: 5433,
      database: 'chat app',
      user: 'us@er',
      password: 'p/w',
      tls: false,
    });
  });

  it('has the port 5432 by default, and takes IPv6', () => {
    expect(parsePostgresUrl('postgres://[::1]/chatapp')).toEqual({
      host: '::1',
      port: 5432,
      database: 'chatapp',
      tls: false,
    });
  });

  it.each([
    ['require', true],
    ['verify-ca', true],
    ['verify-full', true],
    ['prefer', false],
    ['disable', false],
  ])('with sslmode=%s speaks TLS: %s', (mode, tls) => {
    expect(parsePostgresUrl(`postgres://db/chatapp?sslmode=${mode}`).tls).toBe(tls);
  });

  it.each([
    'db:5432',
    'mysql://secret@db/chatapp',
    'postgres://secret@db',
    'postgres://u:secret@db/x?sslmode=maybe',
    'postgres:///secret',
    'postgres://u:secret%w@db/x',
    'postgres://secret%@db/x',
    'postgres://u@db/secret%ff',
    'postgres://u:secret%00@db/x',
  ])('is refused by the name of its variable, without being repeated: %s', (url) => {
    let failure: unknown;
    try {
      parsePostgresUrl(url);
    } catch (thrown) {
      failure = thrown;
    }
    expect(failure).toMatchObject({ code: 'configuration_invalid' });
    expect((failure as Error).message).toContain('DATABASE_URL');
    expect(inspect(failure)).not.toContain('secret');
  });
});
