import type { EncodedEntry } from '@chat-app/protocol';
import { InboxPosition, MAX_WAITING } from './inbox-position';
import type { PositionEffect } from './position-events';

/** An entry of any kind: the machine knows events by their ids. */
function entry(seq: number, event_id: string, kind = 'message'): EncodedEntry {
  return { seq, kind, event_id, body: `{"type":"${kind}","seq":${seq}}` };
}

function opened(position = 0, head = position): InboxPosition<string> {
  const state = new InboxPosition<string>();
  state.step({ kind: 'opened', position, head });
  return state;
}

const kinds = (effects: readonly PositionEffect<string>[]): string[] => effects.map((effect) => effect.kind);

describe('position', () => {
  it('sends a live message once, and drops its repetition', () => {
    const state = opened();
    expect(state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' })).toEqual([
      { kind: 'send', eventKind: 'message', body: 'A' },
    ]);
    expect(state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' })).toEqual([]);
  });

  it('moves over a notice whose message was sent, and tells it in a stored frame', () => {
    const state = opened(4);
    state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' });
    expect(kinds(state.step({ kind: 'notice', pairs: [[5, 'a']] }))).toEqual(['flush_later']);
    expect(state.position).toBe(5);
    expect(state.step({ kind: 'flush' })).toEqual([{ kind: 'stored', from: 5, eventIds: ['a'] }]);
  });

  it('tells patiently what nobody waits for, and soon what follows it or is its own', () => {
    const live = (eventId: string) => state.step({ kind: 'live', eventId, eventKind: 'message', body: '' });
    const notice = (seq: number, eventId: string, patient: boolean) =>
      state.step({ kind: 'notice', pairs: [[seq, eventId]], patient });
    const state = opened();
    for (const eventId of ['a', 'b', 'c']) live(eventId);
    expect(notice(1, 'a', true)).toEqual([{ kind: 'flush_later', patient: true }]);
    expect(notice(2, 'b', true)).toEqual([]);
    expect(notice(3, 'c', false)).toEqual([{ kind: 'flush_later', patient: false }]);
    expect(state.step({ kind: 'flush' })).toEqual([{ kind: 'stored', from: 1, eventIds: ['a', 'b', 'c'] }]);
    state.step({ kind: 'sending', eventId: 'mine' });
    state.step({ kind: 'settled', eventId: 'mine', accepted: true });
    expect(notice(4, 'mine', true)).toEqual([{ kind: 'flush_later', patient: false }]);
    expect(state.remembered).toBe(1);
    state.step({ kind: 'flush' });
    expect(state.remembered).toBe(0);
  });

  it('waits a moment for the live copy of a noticed message, then reads', () => {
    const state = opened();
    expect(kinds(state.step({ kind: 'notice', pairs: [[1, 'a']] }))).toEqual(['check_later']);
    expect(state.step({ kind: 'check' })).toEqual([{ kind: 'read', after: 0, cause: expect.any(String) as string }]);
  });

  it('needs no read when the live copy comes within the moment', () => {
    const state = opened();
    state.step({ kind: 'notice', pairs: [[1, 'a']] });
    expect(kinds(state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' }))).toEqual([
      'send',
      'flush_later',
    ]);
    expect(state.step({ kind: 'check' })).toEqual([]);
    expect(state.position).toBe(1);
  });

  it('takes reordered notices without a read', () => {
    const state = opened();
    state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' });
    state.step({ kind: 'live', eventId: 'b', eventKind: 'message', body: 'B' });
    state.step({ kind: 'notice', pairs: [[2, 'b']] });
    state.step({ kind: 'notice', pairs: [[1, 'a']] });
    expect(state.position).toBe(2);
    expect(state.step({ kind: 'flush' })).toEqual([{ kind: 'stored', from: 1, eventIds: ['a', 'b'] }]);
  });

  it('holds live messages back until the history before them was sent', () => {
    const state = new InboxPosition<string>();
    state.step({ kind: 'live', eventId: 'new', eventKind: 'message', body: 'NEW' });
    expect(state.step({ kind: 'opened', position: 0, head: 1 })).toEqual([
      { kind: 'read', after: 0, cause: expect.any(String) as string },
    ]);
    const effects = state.step({ kind: 'page', entries: [entry(1, 'old')], head: 1, last: true });
    expect(effects).toEqual([
      { kind: 'entry', entry: entry(1, 'old') },
      { kind: 'send', eventKind: 'message', body: 'NEW' },
    ]);
    expect(state.phase).toBe('live');
  });

  it('bounds what it holds back', () => {
    const state = new InboxPosition<string>();
    for (let i = 0; i < 2 * MAX_WAITING; i += 1) {
      state.step({ kind: 'live', eventId: `m${i}`, eventKind: 'message', body: 'x' });
    }
    expect(state.remembered).toBe(MAX_WAITING);
  });

  it('lets live chat go on while reads fail, and reads again after a backoff that grows', () => {
    const state = new InboxPosition<string>();
    state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' });
    state.step({ kind: 'opened', position: 0, head: 3 });
    expect(state.step({ kind: 'read_failed' })).toEqual([
      { kind: 'send', eventKind: 'message', body: 'A' },
      { kind: 'retry_later', attempt: 1 },
    ]);
    expect(state.step({ kind: 'live', eventId: 'b', eventKind: 'message', body: 'B' })).toEqual([
      { kind: 'send', eventKind: 'message', body: 'B' },
    ]);
    expect(state.step({ kind: 'retry' })).toEqual([{ kind: 'read', after: 0, cause: expect.any(String) as string }]);
    expect(state.step({ kind: 'read_failed' })).toEqual([{ kind: 'retry_later', attempt: 2 }]);
  });

  it('learns its position later after an outage of persistence at the connect', () => {
    const state = new InboxPosition<string>();
    expect(state.step({ kind: 'open_failed' })).toEqual([{ kind: 'retry_later', attempt: 1 }]);
    expect(kinds(state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' }))).toEqual(['send']);
    expect(state.step({ kind: 'notice', pairs: [[8, 'a']] })).toEqual([]);
    expect(state.step({ kind: 'retry' })).toEqual([{ kind: 'open' }]);
    expect(state.step({ kind: 'opened', position: 6, head: 8 })).toEqual([{ kind: 'read', after: 6, cause: 'retry' }]);
    const effects = state.step({
      kind: 'page',
      entries: [entry(7, 'missed'), entry(8, 'a')],
      head: 8,
      last: true,
    });
    expect(kinds(effects)).toEqual(['entry', 'flush_later']);
    expect(state.step({ kind: 'flush' })).toEqual([{ kind: 'stored', from: 8, eventIds: ['a'] }]);
  });

  it('waits for the answer to an own message before it tells the entry', () => {
    const state = opened();
    state.step({ kind: 'sending', eventId: 'mine' });
    state.step({ kind: 'notice', pairs: [[1, 'mine']] });
    expect(state.step({ kind: 'check' })).toEqual([]);
    expect(kinds(state.step({ kind: 'settled', eventId: 'mine', accepted: true }))).toEqual(['flush_later']);
    expect(state.position).toBe(1);
  });

  it('sends an own message that was refused but stored all the same', () => {
    const state = opened();
    state.step({ kind: 'sending', eventId: 'mine' });
    state.step({ kind: 'notice', pairs: [[1, 'mine']] });
    state.step({ kind: 'check' });
    expect(kinds(state.step({ kind: 'settled', eventId: 'mine', accepted: false }))).toEqual(['check_later']);
    expect(state.step({ kind: 'check' })).toEqual([{ kind: 'read', after: 0, cause: expect.any(String) as string }]);
    expect(kinds(state.step({ kind: 'page', entries: [entry(1, 'mine')], head: 1, last: true }))).toEqual(['entry']);
  });

  it('tells what was stored before a later entry, so that numbers ascend', () => {
    const state = opened();
    state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' });
    state.step({ kind: 'head', seq: 3, cause: 'reconciliation' });
    state.step({ kind: 'check' });
    const joined = entry(2, 'j', 'joined');
    const effects = state.step({
      kind: 'page',
      entries: [entry(1, 'a'), joined, entry(3, 'c')],
      head: 3,
      last: true,
    });
    expect(kinds(effects)).toEqual(['flush_later', 'stored', 'entry', 'entry']);
  });

  it('pushes nothing to a congested socket and reads what was left out once it drained', () => {
    const state = opened();
    state.step({ kind: 'congested' });
    expect(state.step({ kind: 'live', eventId: 'a', eventKind: 'message', body: 'A' })).toEqual([]);
    expect(state.step({ kind: 'notice', pairs: [[1, 'a']] })).toEqual([]);
    expect(state.step({ kind: 'drained' })).toEqual([{ kind: 'read', after: 0, cause: expect.any(String) as string }]);
  });

  it('takes a page that brings nothing although more is known to exist as a failure', () => {
    const state = opened();
    state.step({ kind: 'head', seq: 2, cause: 'reconciliation' });
    state.step({ kind: 'check' });
    expect(kinds(state.step({ kind: 'page', entries: [], head: 0, last: true }))).toEqual(['retry_later']);
  });

  it('moves over events of any kind and passes them on, also those it was sent live', () => {
    const state = opened();
    state.step({ kind: 'live', eventId: 'w', eventKind: 'x-wave', body: 'WAVE' });
    state.step({ kind: 'head', seq: 2, cause: 'reconciliation' });
    expect(state.step({ kind: 'check' })).toEqual([{ kind: 'read', after: 0, cause: 'reconciliation' }]);
    const entries = [entry(1, 'w', 'x-wave'), entry(2, 'v', 'x-wave')];
    const effects = state.step({ kind: 'page', entries, head: 2, last: true });
    expect(effects.filter((effect) => effect.kind === 'entry')).toEqual([{ kind: 'entry', entry: entries[1] }]);
    expect(effects).toContainEqual({ kind: 'stored', from: 1, eventIds: ['w'] });
    expect(state.position).toBe(2);
  });

  it('says of each read why it is made, and forgets it then', () => {
    const state = opened(0, 1);
    state.step({ kind: 'page', entries: [entry(1, 'a')], head: 1, last: true });
    state.step({ kind: 'head', seq: 2, cause: 'resubscribe' });
    expect(state.step({ kind: 'check' })).toMatchObject([{ kind: 'read', cause: 'resubscribe' }]);
    state.step({ kind: 'page', entries: [entry(2, 'b')], head: 2, last: true });
    state.step({ kind: 'notice', pairs: [[3, 'c']] });
    expect(state.step({ kind: 'check' })).toMatchObject([{ kind: 'read', cause: 'notice' }]);
  });
});
