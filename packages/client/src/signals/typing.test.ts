import { LIMITS } from '@chat-app/protocol/pure';
import { OwnTyping } from './typing';

describe('one’s own typing', () => {
  let said: [string, boolean][];
  let isOnline: boolean;
  let own: OwnTyping;
  beforeEach(() => {
    jest.useFakeTimers();
    said = [];
    isOnline = true;
    own = new OwnTyping((conversation, active) => {
      if (isOnline) said.push([conversation, active]);
      return isOnline;
    });
  });
  afterEach(() => jest.useRealTimers());

  it('is said at once and then once in an interval, in each conversation', () => {
    for (let n = 0; n < 50; n += 1) own.typing('a', true);
    own.typing('b', true);
    jest.advanceTimersByTime(LIMITS.typingIntervalMs);
    own.typing('a', true);
    expect(said).toEqual([
      ['a', true],
      ['b', true],
      ['a', true],
    ]);
  });

  it('is said to be over once, and only while somebody may believe it', () => {
    own.typing('a', false);
    own.typing('a', true);
    own.typing('a', false);
    own.typing('a', false);
    own.typing('b', true);
    jest.advanceTimersByTime(LIMITS.typingForgottenMs);
    own.typing('b', false);
    expect(said).toEqual([
      ['a', true],
      ['a', false],
      ['b', true],
    ]);
  });

  it('needs no word where a message was sent', () => {
    own.typing('a', true);
    own.sent('a');
    own.typing('a', false);
    expect(said).toEqual([['a', true]]);
  });

  it('is not said too soon after it was said, whatever was sent or taken away meanwhile: it would be dropped', () => {
    own.typing('a', true);
    own.sent('a');
    own.typing('a', true);
    own.typing('a', false);
    jest.advanceTimersByTime(LIMITS.typingIntervalMs);
    own.typing('a', true);
    own.typing('a', false);
    expect(said.map(([, active]) => active)).toEqual([true, true, false]);
  });

  it('is said with the first key after the connection is back', () => {
    isOnline = false;
    own.typing('a', true);
    isOnline = true;
    own.typing('a', true);
    expect(said).toEqual([['a', true]]);
  });
});
