import { randomBytes } from 'node:crypto';
import { createChatClient, register, type ChatClient, type ConnectionStatus, type Missed } from '@chat-app/client';
import { WebSocket } from 'ws';
import { eventually, readyPods } from './kubectl';
import { PortForward } from './port-forward';

/** A person with the client that we ship, on a pod, and all that it told them. */
interface Person {
  client: ChatClient;
  received: string[];
  missed: Missed[];
  closes: number[];
}

/**
 * Two people who talk while something happens to what is behind the websocket pods, which stay. Their access tokens have to
 * live as long as that takes. Whoever makes them ends them.
 */
export class TwoPeople {
  private constructor(
    private readonly forward: PortForward,
    private readonly one: Person,
    private readonly other: Person,
  ) {}

  static async connect(): Promise<TwoPeople> {
    const [authentication] = await readyPods('authentication');
    const [websocket] = await readyPods('websocket');
    const accounts = await PortForward.open(`pod/${authentication}`, 8000);
    const forward = await PortForward.open(`pod/${websocket}`, 8080);
    try {
      const [one, other] = await Promise.all([1, 2].map(() => connectPerson(accounts.address, forward.address)));
      return new TwoPeople(forward, one!, other!);
    } finally {
      await accounts.close();
    }
  }

  /** One says something; resolves when it is stored and the other has heard it. */
  async say(content: string): Promise<void> {
    const { id } = this.one.client.send({ recipient_id: this.other.client.userId, content });
    await this.one.client.settle(id, 'stored');
    await eventually(`"${content}" is heard`, 60_000, async () => this.other.received.includes(content));
  }

  /** Everything the second of them heard, in order. */
  get received(): readonly string[] {
    return this.other.received;
  }

  /** Codes with which their connections were closed, and what they were told that they missed. */
  get told(): readonly { closes: readonly number[]; missed: readonly Missed[] }[] {
    return [this.one, this.other].map(({ closes, missed }) => ({ closes, missed }));
  }

  async end(): Promise<void> {
    await Promise.all([this.one, this.other].map(({ client }) => client.close()));
    await this.forward.close();
  }
}

async function connectPerson(accounts: string, address: string): Promise<Person> {
  const name = `restored-${randomBytes(6).toString('hex')}`;
  const http = { url: `http://${accounts}` };
  const { token } = await register(http, name, randomBytes(18).toString('base64url'));
  const person: Person = {
    client: await createChatClient({ url: `http://${address}`, getToken: () => token, WebSocket }),
    received: [],
    missed: [],
    closes: [],
  };
  const { client } = person;
  client.on('message', ({ content }) => void person.received.push(content));
  client.on('missed', (missed) => void person.missed.push(missed));
  client.on('connection', ({ code }: ConnectionStatus) => void (code !== undefined && person.closes.push(code)));
  await eventually(`${name} is online`, 60_000, async () => client.state === 'online');
  return person;
}
