/**
 * A device that was there before the first message and comes back once all is quiet. Whatever the catch-up of the inbox and the history
 * tell of a message then is what is stored of it: nobody comes late and sees what was edited away or deleted.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { SessionResponse } from '@chat-app/protocol';
import type { Observation } from '../../checker/history';
import { Device } from './chat-user';
import { eventually } from './eventually';
import type { Stack } from './stack';
import { readCursors, readHeads } from './stores';
import { ToldStates } from './told-states';

export interface LatecomerOptions {
  readonly user: string;
  readonly device: string;
  readonly conversations: readonly string[];
  readonly observe: (observation: Observation) => void;
}

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
      const told = new ToldStates(late.client, this.options);
      told.follow();
      const head = (await readHeads(stack.backends, [user])).get(user) ?? 0;
      await eventually(async () => (late.position >= head ? true : undefined), `${device} is told of its inbox`);
      for (const conversation of conversations) await told.readHistory(conversation);
    } finally {
      await late.client.close();
    }
  }
}
