import { hostname } from 'node:os';
import { hostPorts, oneOf, optionalText, secret, text } from '@chat-app/platform';

/** How to reach Kafka. */
export const kafkaVariables = {
  KAFKA_BROKERS: hostPorts({ description: 'Brokers to start from: host:port,[IPv6]:port.' }),
  KAFKA_TLS_CA_FILE: optionalText({ description: 'CA certificates: a file, or a directory of ca*.crt; turns TLS on.' }),
  KAFKA_TLS_CERTIFICATE_FILE: optionalText({ description: 'Client certificate file (mTLS).' }),
  KAFKA_TLS_KEY_FILE: optionalText({ description: 'Key file of the client certificate.' }),
  KAFKA_SASL_USERNAME: optionalText({ description: 'SASL user; turns SASL on.' }),
  KAFKA_SASL_PASSWORD: secret({ optional: true, description: 'SASL password.' }),
  KAFKA_SASL_MECHANISM: oneOf(['scram-sha-512', 'scram-sha-256', 'plain'], {
    default: 'scram-sha-512',
    description: 'SASL mechanism.',
  }),
  KAFKA_CLIENT_ID: text({ default: hostname(), description: 'Client id in broker logs; the default is the pod name.' }),
};
