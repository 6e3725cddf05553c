import { Watchdog } from './watchdog';

describe('watchdog of a consumer', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('calls a consumer dead after a silence, and alive after a sign', () => {
    const watchdog = new Watchdog('persistence', 60_000);
    jest.advanceTimersByTime(59_000);
    expect(watchdog.health()).toEqual({ alive: true });
    jest.advanceTimersByTime(2_000);
    expect(watchdog.health()).toEqual({ alive: false, reason: 'consumer persistence has been silent for 61 s' });
    watchdog.touch();
    expect(watchdog.health()).toEqual({ alive: true });
  });

  it('calls a consumer dead for good after a fatal crash', () => {
    const watchdog = new Watchdog('persistence', 60_000);
    watchdog.fatal('SASL failed');
    watchdog.touch();
    expect(watchdog.health()).toEqual({ alive: false, reason: 'consumer persistence: SASL failed' });
  });
});
