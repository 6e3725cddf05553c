import { inspect } from 'node:util';
import { decodeUrlPart, hostPorts, httpUrl, originOf, origins, parseHostPort, urlHost } from './addresses';
import { parseConfiguration } from './parse-configuration';

const URLS = { PERSISTENCE_URL: httpUrl({ description: 'Address.' }) };
const BROKERS = { KAFKA_BROKERS: hostPorts({ description: 'Brokers.' }) };
const ORIGINS = { ALLOWED_ORIGINS: origins({ default: [], description: 'Origins.' }) };

describe('a URL variable', () => {
  it.each(['http://persistence:8091', 'https://[fd00::1]:8443/a%20b', 'http://10.0.0.1'])('takes %s', (url) => {
    expect(parseConfiguration({ PERSISTENCE_URL: url }, URLS).PERSISTENCE_URL).toBe(url);
  });

  it.each([
    'persistence:8091',
    'ftp://hidden',
    'http://',
    'http://u:hidden%w@h',
    'http://h/%zz-hidden',
    'http://h:99999',
  ])('refuses %s by its name, and never shows it', (url) => {
    let failure: unknown;
    try {
      parseConfiguration({ PERSISTENCE_URL: url }, URLS);
    } catch (thrown) {
      failure = thrown;
    }
    expect(failure).toMatchObject({ code: 'configuration_invalid' });
    expect(String(failure)).toContain('PERSISTENCE_URL must be a URL');
    expect(inspect(failure)).not.toContain('hidden');
  });

  it('is decoded part by part, or not at all', () => {
    expect(decodeUrlPart('p%40ss%25')).toBe('p@ss%');
    for (const wrong of ['100%', '%zz', '%ff', 'a%00b']) expect(decodeUrlPart(wrong)).toBeUndefined();
  });
});

describe('a list of addresses', () => {
  it('takes names, and addresses of both families', () => {
    const brokers = 'kafka-0.kafka:9092, 10.0.0.1:9093,[fd00::1]:9093';
    expect(parseConfiguration({ KAFKA_BROKERS: brokers }, BROKERS).KAFKA_BROKERS).toEqual([
      'kafka-0.kafka:9092',
      '10.0.0.1:9093',
      '[fd00::1]:9093',
    ]);
    expect(parseHostPort('[fd00::1]:9093')).toEqual({ host: 'fd00::1', port: 9093 });
  });

  it.each(['fd00::1', '10.0.0.1', 'kafka'])('names the host %s so that it is read again', (host) => {
    expect(parseHostPort(`${urlHost(host)}:9093`)).toEqual({ host, port: 9093 });
  });

  it.each(['kafka', 'fd00::1:9093', '[kafka]:9092', 'kafka:0', 'kafka:70000', 'tls://kafka:9092', 'a:1,b'])(
    'refuses %s by the name of its variable',
    (brokers) => {
      expect(() => parseConfiguration({ KAFKA_BROKERS: brokers }, BROKERS)).toThrow('KAFKA_BROKERS must be a list');
    },
  );
});

describe('a list of origins', () => {
  it('has each as a browser writes it, once', () => {
    const list = 'https://Chat.Example.org:443/, http://chat.example.org:80,https://chat.example.org,http://[::1]:3000';
    expect(parseConfiguration({ ALLOWED_ORIGINS: list }, ORIGINS).ALLOWED_ORIGINS).toEqual([
      'https://chat.example.org',
      'http://chat.example.org',
      'http://[::1]:3000',
    ]);
    expect(parseConfiguration({ ALLOWED_ORIGINS: '*' }, ORIGINS).ALLOWED_ORIGINS).toEqual(['*']);
    expect(originOf('capacitor://localhost')).toBe('capacitor://localhost');
    expect(originOf('https://bücher.example')).toBe('https://xn--bcher-kva.example');
  });

  it.each([
    'chat.example.org',
    'https://chat.example.org/app',
    'https://chat.example.org?x',
    'https://user@chat.example.org',
    'https://*.example.org',
    'wss://chat.example.org',
    'localhost:3000',
    'file:///page',
    'null',
    'https://',
  ])('refuses %s, which no page has, by the name of its variable', (entry) => {
    const read = () => parseConfiguration({ ALLOWED_ORIGINS: `https://fine.example,${entry}` }, ORIGINS);
    expect(read).toThrow(`ALLOWED_ORIGINS must be a list of origins (https://chat.example.org, or * for any) but has`);
    expect(read).toThrow(JSON.stringify(entry));
  });
});
