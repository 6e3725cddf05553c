import { describePresenceLeasesContract } from '@chat-app/fanout/contract';
import { EmbeddedLeaseBoard, EmbeddedPresenceLeases } from './presence-embedded';

describePresenceLeasesContract('in process', async () => {
  const board = new EmbeddedLeaseBoard();
  const [one, other] = [new EmbeddedPresenceLeases(board), new EmbeddedPresenceLeases(board)];
  return { one, other, close: async () => undefined };
});

describe('the embedded leases in a test of outages', () => {
  it('answer nothing while they are unavailable, and lose nothing', async () => {
    const leases = new EmbeddedPresenceLeases();
    await leases.renew(30_000);
    await leases.hold(['a'], 30_000);
    leases.available = false;
    await expect(leases.find(['a'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
    leases.available = true;
    expect([...(await leases.find(['a'])).keys()]).toEqual(['a']);
  });
});
