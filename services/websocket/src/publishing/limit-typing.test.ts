import { LIMITS } from '@chat-app/protocol';
import { ALICE, BOB } from '../testing/test-pod';
import { TypingLimits } from './limit-typing';

const { typingIntervalMs, typingForgottenMs } = LIMITS;

describe('the limits of typing', () => {
  it('pass on one of a user and conversation in an interval', () => {
    const limits = new TypingLimits();
    expect(limits.take(ALICE, 'c', true, 0)).toBe(true);
    expect(limits.take(ALICE, 'c', true, typingIntervalMs - 1)).toBe(false);
    expect(limits.take(BOB, 'c', true, typingIntervalMs - 1)).toBe(true);
    expect(limits.take(ALICE, 'c', true, typingIntervalMs)).toBe(true);
  });

  it('pass on once, and at once, that somebody stopped who typed before', () => {
    const limits = new TypingLimits();
    expect(limits.take(ALICE, 'c', false, 0)).toBe(false);
    expect(limits.take(ALICE, 'c', true, 0)).toBe(true);
    expect(limits.take(ALICE, 'c', false, 10)).toBe(true);
    expect(limits.take(ALICE, 'c', false, 20)).toBe(false);
    // Stopping opens no way around the interval.
    expect(limits.take(ALICE, 'c', true, 30)).toBe(false);
  });

  it('pass on no more of one user than a person types in, whatever the number of conversations', () => {
    const limits = new TypingLimits();
    const passed = Array.from({ length: 1_000 }, (_, index) => limits.take(ALICE, `c${index}`, true, 0));
    expect(passed.filter(Boolean)).toHaveLength(20);
    expect(limits.take(BOB, 'c', true, 0)).toBe(true);
  });

  it('forget what is over, so that memory does not grow with the years', () => {
    const limits = new TypingLimits();
    for (let n = 0; n < 10_000; n += 1) limits.take(`user-${n}`, 'c', true, n * typingForgottenMs);
    expect(limits.size).toBeLessThan(5);
  });
});
