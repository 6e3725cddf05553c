import type { IncomingMessage } from 'node:http';
import { readRequest } from './read-request';

const USER = '123e4567-e89b-12d3-a456-426614174000';
const HEADERS = {
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const read = (url: string) => readRequest({ method: 'GET', url, headers: HEADERS } as unknown as IncomingMessage);

describe('reading a handshake', () => {
  it('finds user and device, however the target writes them', () => {
    for (const target of [
      `/ws/${USER}?device_id=my-phone`,
      `/ws/${USER.toUpperCase()}?x=1&device_id=my-phone&device_id=other`,
      `/ws/${USER}?device_id=my%2Dphone`,
      `http://chat.example/ws/${USER}?device_id=my-phone`,
      `/ws/${USER}?device_id=my-phone#here`,
      `/old/../ws/${USER}?device_id=my-phone`,
    ]) {
      expect(read(target)).toEqual({ pathUser: USER, deviceId: 'my-phone', named: true });
    }
  });

  it('names a device that is not named, and refuses a name that is none', () => {
    for (const target of ['/ws', '/ws?', '/ws?other=1', '/ws??device_id=a']) {
      expect(read(target)).toMatchObject({ pathUser: undefined, named: false });
    }
    for (const target of ['/ws?device_id=', '/ws?device_id=a%20b', '/ws?device_id=a+b', '/ws?device_id=\u00e9']) {
      expect(read(target)).toMatchObject({ code: 'invalid_request' });
    }
  });

  it('finds nothing at other paths', () => {
    for (const target of ['', '*', '/', '/ws/', '/wss', '/ws/a/b', '/WS', '//ws', 'ws:80', '/ws/../other']) {
      expect(read(target)).toMatchObject({ code: 'not_found' });
    }
  });
});
