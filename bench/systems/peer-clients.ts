/**
 * Clients of the peers, each the few lines of its wire protocol that the scenarios need. Their own libraries would cost the
 * generator several times as much CPU, on the machine on which the servers are measured.
 */
import { openSocket } from './open-socket';
import type { Client } from './system';

type Listener = (body: string) => void;
const deaf: Listener = () => undefined;

/** What all have in common: who is told, and that a room is one more recipient. */
function client(send: (to: string, body: string) => void, close: () => void, listen: (on: Listener) => void): Client {
  return {
    send: (to, body) => send(String(to), body),
    say: (body) => send(ROOM, body),
    onMessage: listen,
    close,
  };
}

/** The recipient that stands for the room. */
export const ROOM = 'room';

export async function connectRelay(url: string, user: string): Promise<Client> {
  let listener = deaf;
  const socket = await openSocket(`${url}/${user}`, (text, ready) => {
    if (text === 'ready') ready();
    else listener((JSON.parse(text) as { body: string }).body);
  });
  return client(
    (to, body) => socket.send(JSON.stringify({ to, body })),
    () => socket.close(),
    (on) => (listener = on),
  );
}

/** Engine.IO 4 and Socket.IO 5: `0` open, `40` connected, `42` event, `2` ping, `3` pong. */
export async function connectSocketIo(url: string, user: string): Promise<Client> {
  let listener = deaf;
  const address = `${url}/socket.io/?EIO=4&transport=websocket&user=${user}`;
  const socket = await openSocket(address, (text, ready, { send }) => {
    if (text.startsWith('42')) listener((JSON.parse(text.slice(2)) as [string, { body: string }])[1].body);
    else if (text.startsWith('40')) ready();
    else if (text.startsWith('0')) send('40');
    else if (text === '2') send('3');
  });
  return client(
    (to, body) => socket.send(`42${JSON.stringify(['msg', { to, body }])}`),
    () => socket.close(),
    (on) => (listener = on),
  );
}

interface CentrifugoReply {
  error?: { message: string };
  connect?: object;
  subscribe?: object;
  push?: { pub?: { data: { body: string } } };
}

/** Centrifugo's JSON protocol: replies and pushes, several in a frame, one a line; an empty one is a ping. */
export async function connectCentrifugo(url: string, user: string): Promise<Client> {
  let listener = deaf;
  let id = 2;
  const channel = `u${user}`;
  const socket = await openSocket(
    `${url}/connection/websocket`,
    (text, ready, { send }) => {
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const reply = JSON.parse(line) as CentrifugoReply;
        if (reply.push?.pub !== undefined) listener(reply.push.pub.data.body);
        else if (reply.connect !== undefined) send(JSON.stringify({ id: 2, subscribe: { channel } }));
        else if (reply.subscribe !== undefined) ready();
        else if (reply.error !== undefined) throw new Error(`Centrifugo: ${reply.error.message}`);
        else if (line === '{}') send('{}');
      }
    },
    { onOpen: ({ send }) => send(JSON.stringify({ id: 1, connect: {} })) },
  );
  return client(
    (to, body) => socket.send(JSON.stringify({ id: ++id, publish: { channel: `u${to}`, data: { body } } })),
    () => socket.close(),
    (on) => (listener = on),
  );
}

/** XMPP over WebSocket (RFC 7395); any name logs in, each message is archived for both users. */
export async function connectEjabberd(url: string, user: string): Promise<Client> {
  let listener = deaf;
  let number = 0;
  const open = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>';
  const credentials = Buffer.from(`\0u${user}\0x`).toString('base64');
  const socket = await openSocket(
    `${url}/ws`,
    (text, ready, { send }) => {
      const body = /<body>([^<]*)<\/body>/.exec(text)?.[1];
      if (body !== undefined) listener(body);
      else if (text.includes('<mechanism>')) {
        send(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${credentials}</auth>`);
      } else if (text.startsWith('<success')) send(open);
      else if (text.includes('urn:ietf:params:xml:ns:xmpp-bind') && text.includes('features')) {
        const bind = '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>r</resource></bind>';
        send(`<iq xmlns="jabber:client" type="set" id="b">${bind}</iq>`);
      } else if (/id=['"]b['"]/.test(text)) {
        send('<presence xmlns="jabber:client"/>');
        ready();
      }
    },
    { protocols: ['xmpp'], onOpen: ({ send }) => send(open) },
  );
  const address = (to: string): string => `to="u${to}@localhost" id="m${number++}"`;
  return client(
    (to, body) =>
      socket.send(`<message xmlns="jabber:client" type="chat" ${address(to)}><body>${body}</body></message>`),
    () => socket.close(),
    (on) => (listener = on),
  );
}
