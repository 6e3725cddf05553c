import { ChangesWatch } from './watch-changes';

describe('watching a conversation for changes', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks about the one that is looked at, as often as is said, until nobody looks', () => {
    const asked: string[] = [];
    const watch = new ChangesWatch(1_000, (id) => asked.push(id));
    watch.watch('a');
    jest.advanceTimersByTime(2_500);
    expect(asked).toEqual(['a', 'a']);
    watch.watch('b');
    jest.advanceTimersByTime(1_000);
    expect(asked).toEqual(['a', 'a', 'b']);
    watch.watch(undefined);
    jest.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(3);
    watch.watch('a');
    watch.release();
    jest.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(3);
    expect(jest.getTimerCount()).toBe(0);
  });
});
