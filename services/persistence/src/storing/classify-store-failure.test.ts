import { PlatformError } from '@chat-app/platform';
import { classifyStoreFailure } from './classify-store-failure';

const refused = (sqlstate?: string) =>
  new PlatformError('database_refused', 'refused', sqlstate === undefined ? {} : { sqlstate });

describe('judging a failure', () => {
  it('blames a message for what its data caused', () => {
    for (const sqlstate of ['22008', '22P05', '23505', '23514', '54000', 'P0001', '44000']) {
      expect(classifyStoreFailure(refused(sqlstate))).toEqual({ fault: 'message', code: sqlstate });
    }
    expect(classifyStoreFailure(refused())).toEqual({ fault: 'message', code: 'database_refused' });
  });

  it('blames the database for what every message would meet', () => {
    for (const sqlstate of ['42P01', '42501', '42883', '25P02', '0A000']) {
      expect(classifyStoreFailure(refused(sqlstate))).toEqual({ fault: 'database', code: sqlstate });
    }
    const away = new PlatformError('database_unavailable', 'away', { sqlstate: '57P01' });
    expect(classifyStoreFailure(away)).toEqual({ fault: 'database', code: '57P01' });
  });

  it('does not judge what is no failure of the database', () => {
    for (const error of [new TypeError('a bug'), new PlatformError('log_unavailable', 'away')]) {
      expect(() => classifyStoreFailure(error)).toThrow(error);
    }
  });
});
