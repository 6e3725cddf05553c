import { PlatformError, silentLogger } from '@chat-app/platform';
import { whenAvailable } from './when-available';

const unavailable = () => Promise.reject(new PlatformError('database_unavailable', 'no answer'));

describe('whenAvailable', () => {
  it('tries again while the database is unavailable', async () => {
    let calls = 0;
    await whenAvailable(silentLogger, new AbortController().signal, () => {
      calls += 1;
      return calls < 2 ? unavailable() : Promise.resolve();
    });
    expect(calls).toBe(2);
  });

  it('gives up, without an error, when the signal is aborted', async () => {
    const stopping = new AbortController();
    await whenAvailable(silentLogger, stopping.signal, () => {
      stopping.abort();
      return unavailable();
    });
    expect(stopping.signal.aborted).toBe(true);
  });

  it('fails at once for any other reason', async () => {
    const refused = new PlatformError('database_refused', 'permission denied for database', { sqlstate: '42501' });
    const tried = whenAvailable(silentLogger, new AbortController().signal, () => Promise.reject(refused));
    await expect(tried).rejects.toBe(refused);
  });
});
