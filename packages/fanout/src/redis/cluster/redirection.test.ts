import { redirectionOf } from './redirection';

describe('the redirection that an error means', () => {
  it.each([
    ['MOVED 3999 10.0.0.7:6379', { kind: 'moved', node: '10.0.0.7:6379' }],
    ['MOVED 3999 fd00::7:6379', { kind: 'moved', node: '[fd00::7]:6379' }],
    ['MOVED 3999 :6380', { kind: 'moved', node: 'asked:6380' }],
    ['ASK 3999 node.example:6379', { kind: 'ask', node: 'node.example:6379' }],
    ['MOVED 3999 ?:6379', undefined],
    ['CLUSTERDOWN Hash slot not served', undefined],
    ['ERR MOVED 3999 10.0.0.7:6379', undefined],
  ])('of "%s" is %j', (message, expected) => {
    expect(redirectionOf(new Error(message), 'asked')).toEqual(expected);
  });

  it('is none where nothing of the kind was thrown', () => {
    expect(redirectionOf('MOVED 1 a:1', 'asked')).toBeUndefined();
  });
});
