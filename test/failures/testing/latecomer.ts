/**
 * A device that was there before the first message and comes back once all is quiet. Whatever the catch-up of the inbox and the history
 * tell of a message then is what is stored of it: nobody comes late and sees what was edited away or deleted.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ChatClient, ReceivedMessage } from '@chat-app/client';
import type { SessionResponse } from '@chat-app/protocol';
import type { MessageState, Observation } from '../../checker/history';
import { Device } from './chat-user';
import { eventually } from './eventually';
import type { Stack } from './stack';
import { readCursors, readHeads } from './stores';

export interface LatecomerOptions {
  readonly user: string;
  readonly device: string;
  readonly conversations: readonly string[];
  readonly observe: (observation: Observation) => void;
}

const PAGE = 100;

export class Latecomer {
  private constructor(
    private readonly stack: Stack,
    private readonly options: LatecomerOptions,
  ) {}

  /** The device is there, and goes again: what is stored from now on it is to be sent when it comes back. */
  static async leave(stack: Stack, token: string, options: LatecomerOptions): Promise<Latecomer> {
    const { device } = options;
    const address = `${stack.websocket.url.replace('http', 'ws')}/ws?device_id=${device}`;
    const socket = new WebSocket(address, ['chat.v1', `bearer.${token}`], { perMessageDeflate: false });
    const [welcome] = (await once(socket, 'message')) as [Buffer];
    const { seq } = JSON.parse(welcome.toString()) as { seq?: number };
    socket.send(JSON.stringify({ type: 'received', seq }));
    await eventually(async () => (await readCursors(stack.backends, [device])).get(device), `${device} has a position`);
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    return new Latecomer(stack, options);
  }

  /** Comes back, is told of its inbox (of the newest entries, where it is far behind), reads the whole history, and goes. */
  async comeBack(session: SessionResponse): Promise<void> {
    const { stack } = this;
    const { user, device, observe, conversations } = this.options;
    // When it is shown says nothing of how long anything took.
    const heard = (one: Observation): void => void (one.kind !== 'shown' && observe(one));
    const late = await Device.open({ user, device, session, urls: stack.urls, observe: heard });
    try {
      this.#follow(late.client);
      const head = (await readHeads(stack.backends, [user])).get(user) ?? 0;
      await eventually(async () => (late.position >= head ? true : undefined), `${device} is told of its inbox`);
      for (const conversation of conversations) await this.#readHistory(late.client, conversation);
    } finally {
      await late.client.close();
    }
  }

  #follow(client: ChatClient): void {
    const { device } = this.options;
    const reactions = new Map<string, readonly string[]>();
    client.on('message', (message) => {
      const state = stateOf(message);
      reactions.set(message.message_id, state.reactions);
      this.#told(device, message.message_id, state);
    });
    // An entry of an edit tells the whole content; what is reacted with the message said.
    client.on('edited', ({ message_id, content, deleted_at }) => {
      const known = reactions.get(message_id);
      if (known !== undefined) {
        this.#told(device, message_id, { content, deleted: deleted_at !== undefined, reactions: known });
      }
    });
  }

  async #readHistory(client: ChatClient, conversation: string): Promise<void> {
    let before: string | undefined;
    for (;;) {
      const page = { limit: PAGE, ...(before !== undefined && { before }) };
      const { messages, more } = await client.conversations.history(conversation, page);
      for (const message of messages) {
        this.#told(`${this.options.device}, in the history`, message.message_id, stateOf(message));
      }
      before = messages[0]?.message_id;
      if (!more || before === undefined) return;
    }
  }

  #told(device: string, message_id: string, state: MessageState): void {
    const { user, observe } = this.options;
    observe({ kind: 'final', at: Date.now(), user, device, message_id, state });
  }
}

function stateOf({
  content,
  deleted_at,
  reactions = {},
}: Pick<ReceivedMessage, 'content' | 'deleted_at' | 'reactions'>) {
  const named = Object.entries(reactions).flatMap(([emoji, { user_ids }]) => user_ids.map((id) => `${emoji} ${id}`));
  return { content, deleted: deleted_at !== undefined, reactions: named.sort() };
}
