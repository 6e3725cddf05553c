import { directConversationId, type ServerFrame } from '@chat-app/protocol';
import type { Observation } from '../../test/checker/history';
import { openSocket } from './open-socket';
import type { Client } from './system';

/** How often a client confirms what it has. */
const CONFIRM_MS = 1_000;

export interface ProductClientOptions {
  /** Address of a websocket pod. */
  url: string;
  userId: string;
  token: string;
  device?: string;
  /** Id of another user. */
  idOf: (user: number) => string;
  /** The room that `say` speaks in. */
  room?: string;
  /** Told of what comes, from the first frame on. */
  onMessage?: (body: string, id?: string) => void;
  /** Everything that happens is written here too. */
  observe?: (observation: Observation) => void;
}

/** A client of the product, and what the scenarios of it alone need to know. */
export interface ProductClient extends Client {
  /** Sends that were answered with `accepted`, and with `rejected`. */
  readonly answers: { accepted: number; rejected: number };
  /** The newest entry of the inbox that this client knows. */
  readonly position: () => number;
  /** Confirms everything now. */
  confirm(): void;
}

/** Connects a user, as any client does: it follows its inbox, and confirms once a second. */
export async function connectProduct(options: ProductClientOptions): Promise<ProductClient> {
  const { url, userId, token, device = 'bench', idOf, room, observe } = options;
  const run = Math.random().toString(36).slice(2);
  const answers = { accepted: 0, rejected: 0 };
  let listener = options.onMessage ?? (() => undefined);
  let [number, position, confirmed] = [0, 0, 0];
  const see = (what: DistributedOmit<Observation, 'at' | 'user'>): void =>
    observe?.({ ...what, at: Date.now(), user: userId });
  const onFrame = (frame: ServerFrame, ready: () => void): void => {
    if (frame.type === 'welcome') {
      position = confirmed = frame.seq ?? 0;
      ready();
    } else if (frame.type === 'message') {
      if (frame.seq !== undefined) position = Math.max(position, frame.seq);
      if (observe !== undefined) {
        const { message_id, conversation_id, sender_id, content, seq } = frame;
        see({ kind: 'shown', device: userId, message_id, conversation_id, sender_id, content });
        if (seq !== undefined) see({ kind: 'positioned', device: userId, seq, message_id });
      }
      listener(frame.content, frame.message_id);
    } else if (frame.type === 'stored') {
      position = Math.max(position, frame.from + frame.message_ids.length - 1);
      if (observe === undefined) return;
      for (const [index, message_id] of frame.message_ids.entries()) {
        see({ kind: 'positioned', device: userId, seq: frame.from + index, message_id });
      }
    } else if (frame.type === 'accepted') {
      answers.accepted += 1;
      see({ kind: 'accepted', client_id: frame.id ?? '', message_id: frame.message_id });
    } else if (frame.type === 'rejected') {
      answers.rejected += 1;
      see({ kind: 'rejected', client_id: frame.id ?? '', code: frame.code });
    }
  };
  const socket = await openSocket(
    `${url}/ws?device_id=${device}`,
    (text, ready) => onFrame(JSON.parse(text) as ServerFrame, ready),
    { headers: { Authorization: `Bearer ${token}` } },
  );
  const confirm = (): void => {
    if (position <= confirmed) return;
    confirmed = position;
    socket.send(JSON.stringify({ type: 'received', seq: position }));
  };
  const timer = setInterval(confirm, CONFIRM_MS);
  const send = (to: { recipient_id: string } | { conversation_id: string }, content: string): void => {
    const id = `${run}-${number++}`;
    if (observe !== undefined && 'recipient_id' in to) {
      const conversation_id = directConversationId(userId, to.recipient_id);
      see({ kind: 'sent', client_id: id, conversation_id, content });
    }
    socket.send(JSON.stringify({ type: 'send', id, ...to, content }));
  };
  return {
    answers,
    position: () => position,
    confirm,
    send: (to, body) => send({ recipient_id: idOf(to) }, body),
    say: (body) => send({ conversation_id: room ?? '' }, body),
    onMessage: (on) => (listener = on),
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
}

type DistributedOmit<T, Keys extends PropertyKey> = T extends unknown ? Omit<T, Keys> : never;
