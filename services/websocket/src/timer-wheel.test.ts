import { TimerWheel } from './timer-wheel';

describe('TimerWheel', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('calls back after the delay, at most one step late, and keeps no timer when nothing is due', () => {
    const wheel = new TimerWheel(25);
    const called: string[] = [];
    wheel.after(50, () => called.push('soon'));
    wheel.after(200, () => called.push('later'));
    jest.advanceTimersByTime(49);
    expect(called).toEqual([]);
    jest.advanceTimersByTime(51);
    expect(called).toEqual(['soon']);
    jest.advanceTimersByTime(200);
    expect(called).toEqual(['soon', 'later']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes new actions from inside an action', () => {
    const wheel = new TimerWheel(25);
    let times = 0;
    const again = (): void => {
      times += 1;
      if (times < 3) wheel.after(25, again);
    };
    wheel.after(25, again);
    jest.advanceTimersByTime(500);
    expect(times).toBe(3);
  });

  it('forgets everything when it is closed', () => {
    const wheel = new TimerWheel(25);
    wheel.after(25, () => {
      throw new Error('called after close');
    });
    wheel.close();
    jest.advanceTimersByTime(500);
    expect(jest.getTimerCount()).toBe(0);
  });
});
