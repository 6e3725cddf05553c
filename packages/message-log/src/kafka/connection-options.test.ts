import { secretOf } from '@chat-app/platform';
import { saslOptions } from './connection-options';

describe('SASL options', () => {
  it('give kafkajs the secret of the moment in which it authenticates', () => {
    let current = 'old';
    const secret = { ...secretOf(''), read: () => current };
    const options = saslOptions({ mechanism: 'scram-sha-512', username: 'u', password: secret });
    expect(options.password).toBe('old');
    current = 'new';
    expect(options.password).toBe('new');
  });
});
