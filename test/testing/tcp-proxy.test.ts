import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy';

/** A reset is an error first: `once` would reject. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

describe('the TCP proxy', () => {
  let backend: Server;
  let proxy: TcpProxy;
  let client: Socket;
  const received: string[] = [];

  beforeEach(async () => {
    received.length = 0;
    backend = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        received.push(chunk.toString());
        socket.write(`echo ${chunk.toString()}`);
      });
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    proxy = await TcpProxy.open(`127.0.0.1:${(backend.address() as AddressInfo).port}`);
    client = connect(proxy.port, '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
  });

  afterEach(async () => {
    client.destroy();
    await proxy.close();
    backend.close();
  });

  const ask = async (text: string): Promise<string> => {
    client.write(text);
    const [answer] = (await once(client, 'data')) as [Buffer];
    return answer.toString();
  };

  it('forwards both ways', async () => {
    expect(await ask('one')).toBe('echo one');
  });

  it('shows each chunk to whoever watches, and swallows what they say', async () => {
    const seen: string[] = [];
    proxy.watch = ({ chunk, direction, connection }) => {
      seen.push(`${connection} ${direction} ${chunk.toString()}`);
      return chunk.toString() === 'two' ? 'swallow' : 'forward';
    };
    await ask('one');
    client.write('two');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask('three')).toBe('echo three');
    expect(received).toEqual(['one', 'three']);
    expect(seen).toEqual(
      ['request one', 'response echo one', 'request two', 'request three', 'response echo three'].map(
        (one) => `1 ${one}`,
      ),
    );
  });

  it('holds everything while stalled, keeps the connection, and delivers when it passes again', async () => {
    await ask('one');
    proxy.mode = 'stall';
    const answer = ask('two');
    const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))]);
    expect(early).toBe('nothing');
    expect(received).toEqual(['one']);
    expect(proxy.connections).toBe(1);
    proxy.mode = 'pass';
    expect(await answer).toBe('echo two');
  });

  it('keeps the order of bytes when it stops being slow', async () => {
    await ask('one');
    proxy.delayMs = 100;
    proxy.mode = 'slow';
    client.write('two');
    await new Promise((resolve) => setTimeout(resolve, 30));
    proxy.mode = 'pass';
    let answers = '';
    const both = new Promise<void>((resolve) => {
      client.on('data', (chunk: Buffer) => {
        answers += chunk.toString();
        if (answers.includes('three')) resolve();
      });
    });
    client.write('three');
    await both;
    expect(received.join('')).toBe('onetwothree');
  });

  it('lets requests through and swallows the answers when told so', async () => {
    await ask('one');
    proxy.mode = 'drop-responses';
    const answer = ask('two');
    await expect(Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))])).resolves.toBe(
      'nothing',
    );
    expect(received).toEqual(['one', 'two']);
    proxy.mode = 'pass';
    expect(await ask('three')).toBe('echo three');
    await answer;
  });

  it('resets what is open when cut, and refuses when told so', async () => {
    await ask('one');
    proxy.mode = 'refuse';
    proxy.cut();
    await closed(client);
    const another = connect(proxy.port, '127.0.0.1');
    another.on('error', () => undefined);
    await closed(another);
    expect(proxy.connections).toBe(0);
  });
});
