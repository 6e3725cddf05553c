import { AFTER_LOG_OUT, findMarks, judgeAnswer } from './judge-answer';

describe('an answer to an attacker', () => {
  it('is right where it refuses, or where the connection goes', () => {
    for (const outcome of [400, 401, 403, 404, 409, 429, 503, 'gone'] as const) {
      expect(judgeAnswer('forged tokens over HTTP', 'alg none', outcome, true)).toBeUndefined();
    }
  });

  it.each([101, 200, 201, 204])('is wrong where %i lets a forged token or a stranger in', (outcome) => {
    expect(judgeAnswer('forged tokens at the handshake', 'alg none', outcome, true)).toMatch(/let in/);
    expect(judgeAnswer('ids of others', 'their messages', outcome, true)).toMatch(/let in/);
  });

  it('may let an account do what accounts may', () => {
    expect(judgeAnswer('registrations', 'a name', 201, true)).toBeUndefined();
    expect(judgeAnswer('reconnect storm', 'a handshake', 101, true)).toBeUndefined();
  });

  it('is wrong where it takes the token of an ended session, but while authentication may be away', () => {
    expect(judgeAnswer('the token of an ended session', AFTER_LOG_OUT, 101, false)).toMatch(/let in/);
    expect(judgeAnswer('the token of an ended session', AFTER_LOG_OUT, 101, true)).toBeUndefined();
    expect(judgeAnswer('the token of an ended session', 'a log-in', 200, false)).toBeUndefined();
  });

  it('is never a mistake of the server', () => {
    expect(judgeAnswer('registrations', 'a name', 500, true)).toMatch(/answered 500/);
    expect(judgeAnswer('bad frames', 'deep arrays', 1011, true)).toMatch(/answered 1011/);
  });
});

describe('the marks of others', () => {
  it('are found in whatever reached an attacker', () => {
    expect(findMarks('{"content":"q7x2 12 ··"}', ['q7x2', 'zz91'])).toEqual(['q7x2']);
    expect(findMarks('{"content":"my own"}', ['q7x2', 'zz91'])).toEqual([]);
  });
});
