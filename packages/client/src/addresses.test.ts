import { resolveAddresses } from './addresses';

describe('resolveAddresses', () => {
  it('takes one address for all', () => {
    expect(resolveAddresses({ url: 'https://chat.example/' })).toEqual({
      authentication: 'https://chat.example',
      persistence: 'https://chat.example',
      websocket: 'wss://chat.example/ws',
    });
  });

  it('takes addresses of single services', () => {
    expect(
      resolveAddresses({
        url: 'http://a:8000',
        persistenceUrl: 'http://p:8090/',
        websocketUrl: 'http://w:8080/ws?x=1',
      }),
    ).toEqual({ authentication: 'http://a:8000', persistence: 'http://p:8090', websocket: 'ws://w:8080/ws?x=1' });
  });
});
