/** The one file that imports kafkajs: makes its clients in the one way that is safe, and names the types it hands out. */
import { Kafka, logLevel, type Admin, type Consumer, type Producer, type SASLOptions } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup';
import RequestQueue from 'kafkajs/src/network/requestQueue';
import Encoder from 'kafkajs/src/protocol/encoder';
import produce from 'kafkajs/src/protocol/requests/produce';
import type { Logger } from '@chat-app/platform';
import { partitionOfKey } from '../adapter/partition-of-key';
import {
  saslOptions,
  seedBroker,
  socketFactory,
  type KafkaSaslOptions,
  type KafkaTlsOptions,
} from './connection-options';
import { libraryLog } from './log-levels';
import { patchConsumerGroup, type ConsumerGroupClass } from './patch-consumer-group';
import { patchEncoder, type EncoderClass } from './patch-encoder';
import { patchIdleSpin } from './patch-idle-spin';
import { patchProduce, type ProduceModule } from './patch-produce';

export type { Admin, Consumer, EachBatchPayload, KafkaMessage, Message, Producer, RecordMetadata } from 'kafkajs';

patchIdleSpin(RequestQueue);
patchConsumerGroup(ConsumerGroup as ConsumerGroupClass);
patchEncoder(Encoder as EncoderClass);
patchProduce(produce as ProduceModule);

/** How to reach the brokers. */
export interface KafkaConnectionOptions {
  /** host:port, some of the brokers. */
  brokers: readonly string[];
  clientId: string;
  tls?: KafkaTlsOptions;
  sasl?: KafkaSaslOptions;
}

export interface KafkaConsumerOptions {
  groupId: string;
  sessionTimeoutMs: number;
  heartbeatIntervalMs: number;
  /** How long a broker holds a fetch that finds nothing; bounds how long closing takes. */
  maxWaitMs: number;
}

/** Makes kafkajs's clients. Each has connections of its own; whoever asks for one disconnects it. */
export interface KafkaClients {
  producer(): Producer;
  consumer(options: KafkaConsumerOptions): Consumer;
  admin(): Admin;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 3_000;
/** Measured: sends reject 1.3-1.9 s after the brokers became unavailable; with the defaults 7.4 s. */
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 };
const METADATA_MAX_AGE_MS = 60_000;

export function kafkaClients(options: KafkaConnectionOptions, logger: Logger): KafkaClients {
  const sasl = options.sasl === undefined ? undefined : (saslOptions(options.sasl) as SASLOptions);
  const kafka = new Kafka({
    brokers: options.brokers.map(seedBroker),
    clientId: options.clientId,
    ssl: options.tls !== undefined,
    ...(sasl !== undefined && { sasl }),
    socketFactory: socketFactory(options.tls),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: logLevel.INFO,
    logCreator: () => libraryLog(logger),
  });
  return {
    // Never `idempotent: true`: it acknowledges records that were not written (tulios/kafkajs#1005).
    producer: () =>
      kafka.producer({
        idempotent: false,
        allowAutoTopicCreation: false,
        metadataMaxAge: METADATA_MAX_AGE_MS,
        createPartitioner: () => assignPartition,
      }),
    consumer: ({ groupId, sessionTimeoutMs, heartbeatIntervalMs, maxWaitMs }) =>
      kafka.consumer({
        groupId,
        sessionTimeout: sessionTimeoutMs,
        heartbeatInterval: heartbeatIntervalMs,
        rebalanceTimeout: 60_000,
        maxWaitTimeInMs: maxWaitMs,
        metadataMaxAge: METADATA_MAX_AGE_MS,
        allowAutoTopicCreation: false,
      }),
    admin: () => kafka.admin(),
  };
}

/**
 * Sets a message's partition, once: kafkajs asks again at each of its attempts, and the answer must stay the one that the
 * acknowledgement is compared with, even if the topic was given partitions in between.
 */
export function assignPartition(args: {
  partitionMetadata: readonly unknown[];
  message: { key?: string | Buffer | null; partition?: number };
}): number {
  const { message, partitionMetadata } = args;
  message.partition ??= partitionOfKey(String(message.key ?? ''), partitionMetadata.length);
  return message.partition;
}
