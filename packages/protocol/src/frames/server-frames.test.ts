import { encodeServerFrame } from './server-frames';

describe('encodeServerFrame', () => {
  it('is one line of JSON, so that it may follow an envelope', () => {
    const text = encodeServerFrame({ type: 'error', code: 'invalid_json', message: 'line\nbreak' });
    expect(text).not.toContain('\n');
    expect(JSON.parse(text)).toEqual({ type: 'error', code: 'invalid_json', message: 'line\nbreak' });
  });
});
