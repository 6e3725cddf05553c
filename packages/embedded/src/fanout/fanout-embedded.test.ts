import { createEmbeddedBus, createEmbeddedFanout } from './fanout-embedded';
import { describeFanoutContract, collect } from '@chat-app/fanout/contract';

describeFanoutContract('in process', async () => {
  const bus = createEmbeddedBus();
  return { one: createEmbeddedFanout({ bus }), other: createEmbeddedFanout({ bus }) };
});

describe('the embedded fan-out in a test of outages', () => {
  it('loses what is published while degraded, keeps channels wanted, and tells of the gap before it is back', async () => {
    const bus = createEmbeddedBus();
    const [one, other] = [createEmbeddedFanout({ bus }), createEmbeddedFanout({ bus })];
    const listening = collect(other);
    const events: string[] = [];
    other.onGap(() => events.push(`gap while ${other.state}`));
    other.onStateChange((state) => events.push(state));
    await other.subscribe(['a']);
    other.degrade();
    await one.publish('a', 'lost');
    await expect(other.publish('a', 'x')).rejects.toMatchObject({ code: 'fanout_unavailable' });
    await expect(other.subscribe(['b'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
    await other.unsubscribe(['a']);
    other.recover();
    await one.publish('a', 'not wanted');
    await one.publish('b', 'received');
    await expect(listening.until(1)).resolves.toEqual(['b=received']);
    expect(events).toEqual(['degraded', 'gap while degraded', 'connected']);
    await Promise.all([one.close(), other.close()]);
  });
});
