import { secretOf, silentLogger } from '@chat-app/platform';
import { kafkaMessageLogFromConfiguration, type KafkaConfiguration } from './message-log-from-configuration';

const CONFIGURATION: KafkaConfiguration = {
  KAFKA_BROKERS: ['127.0.0.1:1'],
  KAFKA_TLS_CA_FILE: undefined,
  KAFKA_TLS_CERTIFICATE_FILE: undefined,
  KAFKA_TLS_KEY_FILE: undefined,
  KAFKA_SASL_USERNAME: undefined,
  KAFKA_SASL_PASSWORD: undefined,
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_CLIENT_ID: 'test',
};
const make = (more: Partial<KafkaConfiguration>) =>
  kafkaMessageLogFromConfiguration({ ...CONFIGURATION, ...more }, { logger: silentLogger });

describe('message log from configuration', () => {
  it('takes a complete configuration', async () => {
    await make({ KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: secretOf('p'), KAFKA_TLS_CA_FILE: '/ca.pem' }).close();
  });

  it('says it where credentials go with messages in the clear, and only there', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (text: string) => void warnings.push(text) };
    const sasl = { KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: secretOf('p') };
    for (const more of [{}, { ...sasl, KAFKA_TLS_CA_FILE: '/ca.pem' }, sasl]) {
      await kafkaMessageLogFromConfiguration({ ...CONFIGURATION, ...more }, { logger }).close();
    }
    expect(warnings).toEqual([expect.stringMatching(/without TLS.*KAFKA_TLS_CA_FILE/)]);
  });

  it.each([
    [{ KAFKA_TLS_CERTIFICATE_FILE: '/c.pem' }, 'KAFKA_TLS_KEY_FILE'],
    [{ KAFKA_TLS_KEY_FILE: '/k.pem' }, 'KAFKA_TLS_CERTIFICATE_FILE'],
    [{ KAFKA_SASL_USERNAME: 'u' }, 'KAFKA_SASL_PASSWORD'],
    [{ KAFKA_SASL_PASSWORD: secretOf('p') }, 'KAFKA_SASL_USERNAME'],
  ])('refuses half of a pair: %j', (more, missing) => {
    let thrown: unknown;
    try {
      make(more);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'configuration_invalid' });
    expect(String(thrown)).toContain(missing);
  });
});
