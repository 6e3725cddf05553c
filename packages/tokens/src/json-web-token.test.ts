import { tokenKeyId } from './json-web-token';

const part = (text: string): string => Buffer.from(text).toString('base64url');

describe('the key id of a token', () => {
  it.each([
    ['a type that is no string', '{"alg":"ES256","typ":5,"kid":"x"}', '{}'],
    ['a type that is null', '{"alg":"ES256","typ":null,"kid":"x"}', '{}'],
    ['a payload that is no JSON', '{"alg":"ES256","typ":"JWT","kid":"x"}', 'nothing'],
    ['a header that is no JSON', 'nothing', '{}'],
  ])('is refused as token_invalid with %s', (_, header, payload) => {
    const token = `${part(header)}.${part(payload)}.${part('signature')}`;
    expect(() => tokenKeyId(token)).toThrow(expect.objectContaining({ code: 'token_invalid' }) as Error);
  });
});
