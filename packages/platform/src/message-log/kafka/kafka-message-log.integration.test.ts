import { randomUUID } from 'node:crypto';
import { backendAddress, describeWithBackend } from '../../../../../test/support/backends';
import { silentLogger } from '../../log';
import { messageLogContract } from '../message-log.contract';
import { createKafkaMessageLog, type KafkaMessageLog, type KafkaMessageLogOptions } from './message-log-kafka';

jest.setTimeout(60_000);

describeWithBackend('kafka', 'message log on Kafka', () => {
  const brokers = backendAddress('kafka').split(',');
  const make = (options: Partial<KafkaMessageLogOptions> = {}): KafkaMessageLog =>
    createKafkaMessageLog({
      brokers,
      clientId: 'message-log-test',
      logger: silentLogger,
      backoff: { firstMs: 20, maxMs: 100 },
      maxWaitMs: 50,
      maxRecordBytes: 900_000,
      ...options,
    });
  const admin = make();
  afterAll(() => admin.close());
  const newTopic = async (configuration: Record<string, string> = {}): Promise<string> => {
    const topic = `test-${randomUUID()}`;
    await admin.ensureTopics([{ topic, partitions: 12, configuration }]);
    return topic;
  };

  messageLogContract({ create: make, topic: newTopic, maxRecordBytes: 900_000, appendWaitsForConsumers: false });
});
