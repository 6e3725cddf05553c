/** The port. Its adapter for Kafka is `@chat-app/message-log/kafka`; what adapters are made of, `@chat-app/message-log/adapter`. */
export type * from './message-log';
