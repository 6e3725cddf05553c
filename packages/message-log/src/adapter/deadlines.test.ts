import { Deadlines } from './deadlines';

describe('deadlines', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('expires each item after its own time, in order, and only those that were not removed', () => {
    const expired: string[] = [];
    const deadlines = new Deadlines<string>(100, (item) => expired.push(item));
    deadlines.add('a');
    jest.advanceTimersByTime(60);
    deadlines.add('b');
    deadlines.add('c');
    deadlines.remove('b');
    jest.advanceTimersByTime(50);
    expect(expired).toEqual(['a']);
    jest.advanceTimersByTime(60);
    expect(expired).toEqual(['a', 'c']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('holds no timer when it is empty or cleared', () => {
    const deadlines = new Deadlines<string>(100, () => undefined);
    deadlines.add('a');
    deadlines.remove('a');
    expect(jest.getTimerCount()).toBe(0);
    deadlines.add('b');
    deadlines.clear();
    expect(jest.getTimerCount()).toBe(0);
  });
});
