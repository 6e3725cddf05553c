import { ERRORS } from './error-codes';

describe('ERRORS', () => {
  it.each(Object.entries(ERRORS))('%s is snake_case, has a client or server status and an action', (code, entry) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.status).toBeLessThan(600);
    expect(entry.action).toMatch(/^[A-Z].*\.$/);
  });

  it('calls exactly the faults of the moment retryable: sending too fast or out of order, and the faults of the server', () => {
    for (const [code, entry] of Object.entries(ERRORS)) {
      expect({ code, retryable: entry.retryable }).toEqual({
        code,
        retryable: code === 'rate_limited' || code === 'out_of_order' || entry.status >= 500,
      });
    }
  });
});
