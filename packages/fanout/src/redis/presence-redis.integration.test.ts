import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { silentLogger, Metrics } from '@chat-app/platform';
import { inState } from '../fanout.contract';
import { describePresenceLeasesContract } from '../presence-leases.contract';
import { createRedisBackend } from './fanout-redis';

const open = (podName: string) =>
  createRedisBackend({ url: backendAddress('redis'), podName, logger: silentLogger, metrics: new Metrics('test') });

describeWithBackend('redis', 'Redis', () => {
  describePresenceLeasesContract('Redis', async () => {
    const [one, other] = [open('one'), open('other')];
    await Promise.all([one, other].map(({ fanout }) => inState(fanout, 'connected')));
    return {
      one: one.leases,
      other: other.leases,
      close: async () => void (await Promise.all([one.fanout.close(), other.fanout.close()])),
    };
  });

  it('are unavailable where Redis is', async () => {
    const { fanout, leases } = open('one');
    await inState(fanout, 'connected');
    await fanout.close();
    await expect(leases.find(['a'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
  });
});
