import { Readiness } from './readiness';

describe('Readiness', () => {
  it('is not ready before anything was said', () => {
    expect(new Readiness().report()).toEqual({ ready: false, components: {} });
  });

  it('is ready when every component is, and tells which is not and why', () => {
    const readiness = new Readiness();
    readiness.set('server', true);
    readiness.set('log', false, 'not assigned yet');
    expect(readiness.report()).toMatchObject({
      ready: false,
      components: { log: { ready: false, reason: 'not assigned yet' } },
    });
    readiness.set('log', true);
    expect(readiness.report().ready).toBe(true);
    expect(readiness.report().components['log']).not.toHaveProperty('reason');
  });

  it('keeps since when a component is as it is', () => {
    jest.useFakeTimers({ now: 0 });
    const readiness = new Readiness();
    readiness.set('log', true);
    jest.advanceTimersByTime(5_000);
    readiness.set('log', true);
    expect(readiness.report().components['log']!.since).toBe('1970-01-01T00:00:00.000Z');
    readiness.set('log', false);
    expect(readiness.report().components['log']!.since).toBe('1970-01-01T00:00:05.000Z');
    jest.useRealTimers();
  });

  it('is never ready again once draining', () => {
    const readiness = new Readiness();
    readiness.set('server', true);
    readiness.draining();
    readiness.set('server', true);
    readiness.set('lifecycle', true);
    expect(readiness.report().ready).toBe(false);
  });
});
