import { Pace } from './pace';

describe('Pace', () => {
  it('does not hold anyone up who was never too fast', () => {
    const pace = new Pace();
    pace.spend(0, 1_000);
    expect(pace.allowance(0)).toBe(Infinity);
  });

  it('goes at the interval that the server told, however late its timers are', () => {
    const pace = new Pace();
    pace.slower(0, 50);
    expect([pace.allowance(49), pace.allowance(50)]).toEqual([0, 1]);
    pace.spend(50, 1);
    expect([pace.allowance(99), pace.allowance(100), pace.due]).toEqual([0, 1, 100]);
    expect(pace.allowance(199)).toBe(2);
    pace.spend(199, 2);
    expect(pace.due).toBe(200);
  });

  it('makes up for a bounded time only', () => {
    const pace = new Pace();
    pace.slower(0, 50);
    expect(pace.allowance(3_600_000)).toBe(20);
    pace.spend(3_600_000, 20);
    expect(pace.allowance(3_600_000)).toBeLessThanOrEqual(1);
  });

  it('takes the longest interval that it was told: less than a whole one may be left to wait', () => {
    const pace = new Pace();
    pace.slower(0, 50);
    pace.slower(1_000, 10);
    pace.spend(1_010, 1);
    expect(pace.due).toBe(1_060);
    pace.slower(2_000, 60_000);
    pace.spend(62_000, 1);
    expect(pace.due).toBe(63_000);
  });

  it('forgets once there is nothing left to send', () => {
    const pace = new Pace();
    pace.slower(0, 50);
    pace.reset();
    expect(pace.allowance(0)).toBe(Infinity);
  });
});
