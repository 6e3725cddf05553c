import type { InboxEntry } from '@chat-app/protocol';
import { newPosition, type Position, type PositionEffect } from './position';
import { MOST_WAITING, step } from './step-position';

function message(seq: number, id: string): InboxEntry {
  const fields = { conversation_id: 'c', sender_id: 's', content: 'x', sent_at: '2026-01-01T00:00:00.000Z' };
  return { kind: 'message', seq, message: { message_id: id, ...fields } };
}

function opened(position = 0, head = position): Position<string> {
  const state = newPosition<string>();
  step(state, { kind: 'opened', position, head });
  return state;
}

const kinds = (effects: readonly PositionEffect<string>[]): string[] => effects.map((effect) => effect.kind);

describe('position', () => {
  it('sends a live message once, and drops its repetition', () => {
    const state = opened();
    expect(step(state, { kind: 'live', messageId: 'a', body: 'A' })).toEqual([{ kind: 'send', body: 'A' }]);
    expect(step(state, { kind: 'live', messageId: 'a', body: 'A' })).toEqual([]);
  });

  it('moves over a notice whose message was sent, and tells it in a stored frame', () => {
    const state = opened(4);
    step(state, { kind: 'live', messageId: 'a', body: 'A' });
    expect(kinds(step(state, { kind: 'notice', pairs: [[5, 'a']] }))).toEqual(['flush_later']);
    expect(state.position).toBe(5);
    expect(step(state, { kind: 'flush' })).toEqual([{ kind: 'stored', from: 5, messageIds: ['a'] }]);
  });

  it('waits a moment for the live copy of a noticed message, then reads', () => {
    const state = opened();
    expect(kinds(step(state, { kind: 'notice', pairs: [[1, 'a']] }))).toEqual(['check_later']);
    expect(step(state, { kind: 'check' })).toEqual([{ kind: 'read', after: 0 }]);
  });

  it('needs no read when the live copy comes within the moment', () => {
    const state = opened();
    step(state, { kind: 'notice', pairs: [[1, 'a']] });
    expect(kinds(step(state, { kind: 'live', messageId: 'a', body: 'A' }))).toEqual(['send', 'flush_later']);
    expect(step(state, { kind: 'check' })).toEqual([]);
    expect(state.position).toBe(1);
  });

  it('takes reordered notices without a read', () => {
    const state = opened();
    step(state, { kind: 'live', messageId: 'a', body: 'A' });
    step(state, { kind: 'live', messageId: 'b', body: 'B' });
    step(state, { kind: 'notice', pairs: [[2, 'b']] });
    step(state, { kind: 'notice', pairs: [[1, 'a']] });
    expect(state.position).toBe(2);
    expect(step(state, { kind: 'flush' })).toEqual([{ kind: 'stored', from: 1, messageIds: ['a', 'b'] }]);
  });

  it('holds live messages back until the history before them was sent', () => {
    const state = newPosition<string>();
    step(state, { kind: 'live', messageId: 'new', body: 'NEW' });
    expect(step(state, { kind: 'opened', position: 0, head: 1 })).toEqual([{ kind: 'read', after: 0 }]);
    const effects = step(state, { kind: 'page', entries: [message(1, 'old')], head: 1, last: true });
    expect(effects).toEqual([
      { kind: 'entry', entry: message(1, 'old') },
      { kind: 'send', body: 'NEW' },
    ]);
    expect(state.phase).toBe('live');
  });

  it('bounds what it holds back', () => {
    const state = newPosition<string>();
    for (let i = 0; i < 2 * MOST_WAITING; i += 1) step(state, { kind: 'live', messageId: `m${i}`, body: 'x' });
    expect(state.waiting).toHaveLength(MOST_WAITING);
  });

  it('lets live chat go on while reads fail, and reads again after a backoff that grows', () => {
    const state = newPosition<string>();
    step(state, { kind: 'live', messageId: 'a', body: 'A' });
    step(state, { kind: 'opened', position: 0, head: 3 });
    expect(step(state, { kind: 'read_failed' })).toEqual([
      { kind: 'send', body: 'A' },
      { kind: 'retry_later', attempt: 1 },
    ]);
    expect(step(state, { kind: 'live', messageId: 'b', body: 'B' })).toEqual([{ kind: 'send', body: 'B' }]);
    expect(step(state, { kind: 'retry' })).toEqual([{ kind: 'read', after: 0 }]);
    expect(step(state, { kind: 'read_failed' })).toEqual([{ kind: 'retry_later', attempt: 2 }]);
  });

  it('learns its position later when persistence was away at the connect', () => {
    const state = newPosition<string>();
    expect(step(state, { kind: 'open_failed' })).toEqual([{ kind: 'retry_later', attempt: 1 }]);
    expect(kinds(step(state, { kind: 'live', messageId: 'a', body: 'A' }))).toEqual(['send']);
    expect(step(state, { kind: 'notice', pairs: [[8, 'a']] })).toEqual([]);
    expect(step(state, { kind: 'retry' })).toEqual([{ kind: 'open' }]);
    expect(step(state, { kind: 'opened', position: 6, head: 8 })).toEqual([{ kind: 'read', after: 6 }]);
    const effects = step(state, {
      kind: 'page',
      entries: [message(7, 'missed'), message(8, 'a')],
      head: 8,
      last: true,
    });
    expect(kinds(effects)).toEqual(['entry', 'flush_later']);
    expect(step(state, { kind: 'flush' })).toEqual([{ kind: 'stored', from: 8, messageIds: ['a'] }]);
  });

  it('waits for the answer to an own message before it tells the entry', () => {
    const state = opened();
    step(state, { kind: 'sending', messageId: 'mine' });
    step(state, { kind: 'notice', pairs: [[1, 'mine']] });
    expect(step(state, { kind: 'check' })).toEqual([]);
    expect(kinds(step(state, { kind: 'settled', messageId: 'mine', accepted: true }))).toEqual(['flush_later']);
    expect(state.position).toBe(1);
  });

  it('sends an own message that was refused but stored all the same', () => {
    const state = opened();
    step(state, { kind: 'sending', messageId: 'mine' });
    step(state, { kind: 'notice', pairs: [[1, 'mine']] });
    step(state, { kind: 'check' });
    expect(kinds(step(state, { kind: 'settled', messageId: 'mine', accepted: false }))).toEqual(['check_later']);
    expect(step(state, { kind: 'check' })).toEqual([{ kind: 'read', after: 0 }]);
    expect(kinds(step(state, { kind: 'page', entries: [message(1, 'mine')], head: 1, last: true }))).toEqual(['entry']);
  });

  it('tells what was stored before a later entry, so that numbers ascend', () => {
    const state = opened();
    step(state, { kind: 'live', messageId: 'a', body: 'A' });
    step(state, { kind: 'head', seq: 3 });
    step(state, { kind: 'check' });
    const joined: InboxEntry = { kind: 'joined', seq: 2, conversation_id: 'g' };
    const effects = step(state, {
      kind: 'page',
      entries: [message(1, 'a'), joined, message(3, 'c')],
      head: 3,
      last: true,
    });
    expect(kinds(effects)).toEqual(['flush_later', 'stored', 'entry', 'entry']);
  });

  it('pushes nothing to a congested socket and reads what was left out once it drained', () => {
    const state = opened();
    step(state, { kind: 'congested' });
    expect(step(state, { kind: 'live', messageId: 'a', body: 'A' })).toEqual([]);
    expect(step(state, { kind: 'notice', pairs: [[1, 'a']] })).toEqual([]);
    expect(step(state, { kind: 'drained' })).toEqual([{ kind: 'read', after: 0 }]);
  });

  it('takes a page that brings nothing although more is known to exist as a failure', () => {
    const state = opened();
    step(state, { kind: 'head', seq: 2 });
    step(state, { kind: 'check' });
    expect(kinds(step(state, { kind: 'page', entries: [], head: 0, last: true }))).toEqual(['retry_later']);
  });
});
