import { CLOSE_CODES, mayReconnect } from './close-codes';

describe('CLOSE_CODES', () => {
  it('gives each reason a code of its own and an action', () => {
    const codes = Object.values(CLOSE_CODES).map((entry) => entry.code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const entry of Object.values(CLOSE_CODES)) expect(entry.action).toMatch(/^[A-Z].*\.$/);
  });

  it('uses only codes that an endpoint may send (RFC 6455, section 7.4)', () => {
    for (const { code } of Object.values(CLOSE_CODES)) {
      expect(
        [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code) ||
          (code >= 4000 && code <= 4999),
      ).toBe(true);
    }
  });
});

describe('mayReconnect', () => {
  it('reads the policy from the range: 4000-4499 again, 4500-4999 not', () => {
    for (const code of [4000, 4004, 4250, 4499]) expect(mayReconnect(code)).toBe(true);
    for (const code of [4500, 4502, 4750, 4999]) expect(mayReconnect(code)).toBe(false);
  });

  it('connects again after a broken or restarted connection and not after a fault of the client', () => {
    for (const code of [1001, 1005, 1006, 1011, 1012, 1013, 1014]) expect(mayReconnect(code)).toBe(true);
    for (const code of [1000, 1002, 1003, 1007, 1008, 1009, 1010, 1015, 3000, 3999]) {
      expect(mayReconnect(code)).toBe(false);
    }
  });

  it('agrees with what each reason tells the client to do', () => {
    for (const { code, action } of Object.values(CLOSE_CODES)) {
      expect(mayReconnect(code)).toBe(/connect again/i.test(action));
    }
  });
});
