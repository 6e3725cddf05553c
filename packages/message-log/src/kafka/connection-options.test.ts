import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { secretOf } from '@chat-app/platform';
import { saslOptions, seedBroker, socketFactory } from './connection-options';

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

describe('a broker to start from', () => {
  it.each([
    ['kafka-0.kafka:9092', 'kafka-0.kafka:9092'],
    ['10.0.0.1:9093', '10.0.0.1:9093'],
    ['[fd00::1]:9093', 'fd00%3A%3A1:9093'],
  ])('is handed to kafkajs so that it is cut in the right place: %s', (address, handed) => {
    expect(seedBroker(address)).toBe(handed);
  });

  it('may have an IPv6 address', async () => {
    const server = createServer().listen(0, '::1');
    await once(server, 'listening');
    const [host = '', port] = seedBroker(`[::1]:${(server.address() as AddressInfo).port}`).split(':');
    const connected = once(server, 'connection');
    const socket = socketFactory(undefined)({ host, port: Number(port), onConnect: () => undefined });
    await connected;
    socket.destroy();
    server.close();
  });
});
