import { expressPath, fillPath, pathMatcher } from './path-pattern';

describe('path patterns', () => {
  it('are translated for express, and refused where braces are misused', () => {
    expect(expressPath('/users/{user_id}/inbox')).toBe('/users/:user_id/inbox');
    expect(expressPath('/.well-known/jwks.json')).toBe('/.well-known/jwks.json');
    for (const wrong of ['/users/{}', '/users/{a}b', 'users', '/users/{a-b}']) {
      expect(() => expressPath(wrong)).toThrow(TypeError);
    }
  });

  it('match whole segments only', () => {
    const matches = pathMatcher('/users/{user_id}/.json');
    expect(matches('/users/1/.json')).toBe(true);
    expect(matches('/users/1/2/.json')).toBe(false);
    expect(matches('/users/1/xjson')).toBe(false);
  });

  it('are filled with encoded values', () => {
    expect(fillPath('/users/{a}/{b}', { a: 'x/y', b: '?' })).toBe('/users/x%2Fy/%3F');
    expect(() => fillPath('/users/{a}')).toThrow('the path /users/{a} needs a value for a');
  });
});
