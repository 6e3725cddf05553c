import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { silentLogger, Metrics } from '@chat-app/platform';
import { createRedisFanout } from './fanout-redis';
import { describeFanoutContract } from '../fanout.contract';

const open = (podName: string) =>
  createRedisFanout({ url: backendAddress('redis'), podName, logger: silentLogger, metrics: new Metrics('test') });

describeWithBackend('redis', 'Redis', () => {
  describeFanoutContract('Redis', async () => ({ one: open('one'), other: open('other') }));
});
