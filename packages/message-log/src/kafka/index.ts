export type { KafkaSaslOptions, KafkaTlsOptions } from './connection-options';
export type { TopicSpecification } from './ensure-topics';
export { kafkaMessageLogFromConfiguration, type KafkaConfiguration } from './message-log-from-configuration';
export { kafkaVariables } from './kafka-variables';
export { createKafkaMessageLog, type KafkaMessageLog, type KafkaMessageLogOptions } from './message-log-kafka';
export type { LogHealth } from './watchdog';
