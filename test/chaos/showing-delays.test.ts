import type { Observation } from '../checker/history';
import { quantile, showingDelays } from './showing-delays';

const sent = (id: string, at: number): Observation => ({
  kind: 'sent',
  at,
  user: 'a',
  client_id: id,
  conversation_id: 'c',
  content: id,
});
const accepted = (id: string, at: number): Observation => ({
  kind: 'accepted',
  at,
  user: 'a',
  client_id: id,
  message_id: `m-${id}`,
});
const shown = (id: string, at: number, device = 'b-1'): Observation => ({
  kind: 'shown',
  at,
  user: 'b',
  device,
  message_id: `m-${id}`,
  conversation_id: 'c',
  sender_id: 'a',
  content: id,
});

describe('the delays of showings', () => {
  it('count from the sending, for every device, also where it is shown before its sender is answered', () => {
    const observations = [sent('1', 100), shown('1', 107), accepted('1', 110), shown('1', 130, 'b-2')];
    expect(showingDelays(observations, [{ from: 0, to: 1_000 }])).toEqual([7, 30]);
  });

  it('belong to the window in which a message was sent, whenever it was shown', () => {
    const observations = ['1', '2', '3'].flatMap((id) => {
      const at = Number(id) * 100;
      return [sent(id, at), accepted(id, at + 5), shown(id, at + 150)];
    });
    expect(showingDelays(observations, [{ from: 200, to: 300 }])).toEqual([150]);
    expect(
      showingDelays(observations, [
        { from: 100, to: 200 },
        { from: 300, to: 400 },
      ]),
    ).toHaveLength(2);
  });
});

describe('a quantile', () => {
  it('is the value that so many do not exceed', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(values, 0.99)).toBe(99);
    expect(quantile(values, 0.5)).toBe(50);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it('is none of nothing', () => {
    expect(() => quantile([], 0.99)).toThrow();
  });
});
