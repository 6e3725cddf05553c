import { hashRefreshToken, newRefreshToken, newSuccessorSalt, successorOf } from './refresh-token';

describe('refresh token', () => {
  it('has 256 random bits and is stored as its SHA-256', () => {
    const { token, hash } = newRefreshToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(hash).toHaveLength(32);
    expect(hashRefreshToken(token)).toEqual(hash);
    expect(newRefreshToken().token).not.toBe(token);
  });

  it('has one successor for one salt, another for another salt or token', () => {
    const [one, other] = [newRefreshToken().token, newRefreshToken().token];
    const [salt, otherSalt] = [newSuccessorSalt(), newSuccessorSalt()];
    const successor = successorOf(one, salt);
    expect(successor.token).toMatch(/^[\w-]{43}$/);
    expect(successorOf(one, salt)).toEqual(successor);
    expect(successorOf(one, otherSalt).token).not.toBe(successor.token);
    expect(successorOf(other, salt).token).not.toBe(successor.token);
    expect(hashRefreshToken(successor.token)).toEqual(successor.hash);
  });
});
