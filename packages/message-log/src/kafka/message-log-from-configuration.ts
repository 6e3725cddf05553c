import { type Configuration, PlatformError, type Logger, type Metrics } from '@chat-app/platform';
import type { KafkaSaslOptions, KafkaTlsOptions } from './connection-options';
import type { kafkaVariables } from './kafka-variables';
import { createKafkaMessageLog, type KafkaMessageLog, type KafkaMessageLogOptions } from './message-log-kafka';

/** The values of `kafkaVariables`. */
export type KafkaConfiguration = Configuration<typeof kafkaVariables>;

/**
 * Makes the log that the environment describes. With a CA or a client certificate it speaks TLS.
 * @throws PlatformError configuration_invalid where variables contradict each other
 */
export function kafkaMessageLogFromConfiguration(
  configuration: KafkaConfiguration,
  context: { logger: Logger; metrics?: Metrics; onFatal?: (error: PlatformError) => void },
  options: Partial<KafkaMessageLogOptions> = {},
): KafkaMessageLog {
  const tls = tlsOf(configuration);
  const sasl = saslOf(configuration);
  if (sasl !== undefined && tls === undefined) {
    context.logger.warn(
      'Kafka is spoken to without TLS: messages cross the network in the clear; set KAFKA_TLS_CA_FILE',
    );
  }
  return createKafkaMessageLog({
    brokers: configuration.KAFKA_BROKERS,
    clientId: configuration.KAFKA_CLIENT_ID,
    ...(tls !== undefined && { tls }),
    ...(sasl !== undefined && { sasl }),
    ...context,
    ...options,
  });
}

function tlsOf(configuration: KafkaConfiguration): KafkaTlsOptions | undefined {
  const { KAFKA_TLS_CA_FILE: caFile, KAFKA_TLS_CERTIFICATE_FILE: certificateFile } = configuration;
  const { KAFKA_TLS_KEY_FILE: keyFile } = configuration;
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw new PlatformError(
      'configuration_invalid',
      'KAFKA_TLS_CERTIFICATE_FILE and KAFKA_TLS_KEY_FILE: set both or none of them',
    );
  }
  if (caFile === undefined && certificateFile === undefined) return undefined;
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certificateFile !== undefined && { certificateFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
}

function saslOf(configuration: KafkaConfiguration): KafkaSaslOptions | undefined {
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = configuration;
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw new PlatformError(
      'configuration_invalid',
      'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: set both or none of them',
    );
  }
  return { mechanism: configuration.KAFKA_SASL_MECHANISM, username, password };
}
