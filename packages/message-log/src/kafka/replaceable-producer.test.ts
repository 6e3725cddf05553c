import type { Producer } from './kafka-clients';
import { ReplaceableProducer } from './replaceable-producer';

describe('ReplaceableProducer', () => {
  const made: { connect: jest.Mock; disconnect: jest.Mock }[] = [];
  let connect: () => Promise<void>;
  beforeEach(() => {
    made.length = 0;
    connect = () => Promise.resolve();
  });
  const producer = (requestTimeoutMs = 1_000) =>
    new ReplaceableProducer(() => {
      const fake = { connect: jest.fn(() => connect()), disconnect: jest.fn(() => Promise.resolve()) };
      made.push(fake);
      return fake as unknown as Producer;
    }, requestTimeoutMs);
  const answer = () => Promise.resolve('written');

  it('is connected once, for the first request', async () => {
    const one = producer();
    expect(made).toHaveLength(0);
    expect(await Promise.all([one.ask(answer), one.ask(answer)])).toEqual(['written', 'written']);
    expect(await one.ask(answer)).toBe('written');
    expect(made).toHaveLength(1);
    expect(made[0]?.connect).toHaveBeenCalledTimes(1);
  });

  it('is kept when a request fails', async () => {
    const one = producer();
    await expect(one.ask(() => Promise.reject(new Error('not the leader')))).rejects.toThrow('not the leader');
    await one.ask(answer);
    expect(made).toHaveLength(1);
  });

  it('is another after one that could not be connected, which is let go', async () => {
    const one = producer();
    connect = () => Promise.reject(new Error('no broker'));
    await expect(one.ask(answer)).rejects.toThrow('no broker');
    connect = () => Promise.resolve();
    expect(await one.ask(answer)).toBe('written');
    expect(made).toHaveLength(2);
    expect(made[0]?.disconnect).toHaveBeenCalledTimes(1);
  });

  it('is abandoned with a request that hangs: the next has another', async () => {
    const one = producer(10);
    const hangs = () => new Promise<string>(() => undefined);
    await expect(one.ask(hangs)).rejects.toMatchObject({ code: 'log_unavailable' });
    expect(await one.ask(answer)).toBe('written');
    expect(made).toHaveLength(2);
    expect(made[0]?.disconnect).toHaveBeenCalledTimes(1);
  });

  it('is disconnected when it is dropped, even where that fails, and needs no dropping where there is none', async () => {
    const one = producer();
    await one.drop();
    await one.ask(answer);
    made[0]?.disconnect.mockRejectedValue(new Error('gone already'));
    await one.drop();
    await one.drop();
    expect(made[0]?.disconnect).toHaveBeenCalledTimes(1);
  });
});
