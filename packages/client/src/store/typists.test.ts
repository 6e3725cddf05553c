import { LIMITS } from '@chat-app/protocol/pure';
import { Typists } from './typists';

describe('who types', () => {
  let typists: Typists;
  let changes: number;
  beforeEach(() => {
    jest.useFakeTimers();
    typists = new Typists();
    changes = 0;
    typists.view.subscribe(() => (changes += 1));
  });
  afterEach(() => {
    typists.release();
    jest.useRealTimers();
  });
  const notice = (user_id: string, active = true) => typists.noticed({ conversation_id: 'c', user_id, active });
  const typing = () => typists.view.get().get('c') ?? [];

  it('is told in the order in which they began, and changes nothing when said again', () => {
    notice('a');
    notice('b');
    notice('a');
    expect(typing()).toEqual(['a', 'b']);
    expect(changes).toBe(2);
  });

  it('is forgotten six seconds after they last said so', () => {
    notice('a');
    jest.advanceTimersByTime(LIMITS.typingForgottenMs - 1);
    notice('a');
    jest.advanceTimersByTime(LIMITS.typingForgottenMs - 1);
    expect(typing()).toEqual(['a']);
    jest.advanceTimersByTime(1);
    expect(typists.view.get().size).toBe(0);
  });

  it('is forgotten at once where they stop, or their message comes', () => {
    notice('a');
    notice('b');
    notice('a', false);
    typists.stopped('c', 'b');
    expect(typing()).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
