import { isSettled } from './is-settled';

describe('what can be done with a message', () => {
  it.each([undefined, 'accepted', 'stored', 'received', 'read'] as const)('can be done where it is %s', (state) => {
    expect(isSettled(state === undefined ? {} : { state })).toBe(true);
  });

  it('cannot be done where others do not have it: on its way, refused or deleted', () => {
    expect(isSettled({ state: 'sending' })).toBe(false);
    expect(isSettled({ state: 'failed' })).toBe(false);
    expect(isSettled({ state: 'read', deleted_at: '2026-01-01T00:00:00.000Z' })).toBe(false);
  });
});
