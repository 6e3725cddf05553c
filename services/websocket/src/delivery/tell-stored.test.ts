import { LIMITS, type StoredEventsEnvelope } from '@chat-app/protocol';
import { Metrics } from '@chat-app/platform';
import { declareMetrics } from '../metrics';
import { TestClock } from '../testing/test-clock';
import { BOB } from '../testing/test-pod';
import { EventDeliverer, type EventDelivererDependencies } from './deliver-event';

/** What the one connection of Bob is told of a notice for so many members. */
function told(members: number): unknown[] {
  const steps: unknown[] = [];
  const connection = {};
  const registry = { subscribers: () => [{ userId: BOB, connections: [connection] }] };
  const follower = { step: (_connection: object, event: unknown) => void steps.push(event) };
  const metrics = declareMetrics(new Metrics('websocket'), { size: 1 });
  const dependencies = { registry, follower, metrics, clock: new TestClock() };
  const deliverer = new EventDeliverer(dependencies as unknown as EventDelivererDependencies);
  const positions: StoredEventsEnvelope['positions'] = { [BOB]: [7] };
  for (let other = 1; other < members; other += 1) positions[`user ${other}`] = [1];
  deliverer.stored('c', { kind: 'stored', event_ids: ['e'], positions });
  return steps;
}

describe('a notice that events were stored', () => {
  it('is passed on patiently where the conversation is too large for receipts, and else not', () => {
    const notice = { kind: 'notice', pairs: [[7, 'e']] };
    expect(told(LIMITS.receiptMembers)).toEqual([{ ...notice, patient: false }]);
    expect(told(LIMITS.receiptMembers + 1)).toEqual([{ ...notice, patient: true }]);
  });
});
