/** Does what was chosen, and judges every answer. */
import { randomUUID } from 'node:crypto';
import type { Random } from '../random';
import { AttackSocket, type AttackClient } from './attack-client';
import { badFrames } from './bad-frames';
import type { Act } from './choose-acts';
import { forgeTokens } from './forge-tokens';
import { AFTER_LOG_OUT, type Outcome } from './judge-answer';

export interface AttackTarget {
  authentication: string;
  websocket: string;
  persistence: string;
  /** Somebody whose name and id everybody knows. */
  victim: { username: string; id: string };
  /** Others who talk to each other, and a group of theirs. */
  others: { ids: readonly string[]; group: string };
  /** Where the attacker comes from. */
  addresses: readonly string[];
}

export interface AttackAccount {
  username: string;
  password: string;
  id: string;
  token: string;
}

/** One attacker: accounts of its own, acts one after the other. */
export class Attack {
  constructor(
    private readonly client: AttackClient,
    private readonly target: AttackTarget,
    private readonly account: AttackAccount,
    private readonly publicKeys: string,
    private readonly random: Random,
    /** Told of every answer: to what act, what was tried, how it was answered. */
    private readonly answered: (act: Act, what: string, outcome: Outcome) => void,
    private readonly prefix: string,
  ) {}

  async perform(act: Act): Promise<void> {
    const acts: Record<Act, () => Promise<void>> = {
      'flood of sends': () => this.#flood(act, 600, (n) => this.#send(`flood ${n}`)),
      'flood of frames': () => this.#flood(act, 3_000, () => '{"type":"received","seq":0}'),
      'reconnect storm': () => this.#storm(act),
      'forged tokens at the handshake': () => this.#forgedHandshakes(act),
      'forged tokens over HTTP': () => this.#forgedCalls(act),
      'a forged token on an open socket': () => this.#forgedInPlace(act),
      'the token of an ended session': () => this.#endedSession(act),
      'bad frames': () => this.#badFrames(act),
      'bad bodies': () => this.#badBodies(act),
      'guessed passwords': () => this.#guess(act),
      'log-ins without end': () => this.#logIns(act),
      registrations: () => this.#registrations(act),
      'groups with strangers': () => this.#groups(act),
      'ids of others': () => this.#others(act),
    };
    await acts[act]();
  }

  get #address(): string {
    return this.random.pick(this.target.addresses);
  }

  #send(content: string, to: object = { recipient_id: this.account.id }): string {
    return JSON.stringify({ type: 'send', id: randomUUID(), content, ...to });
  }

  async #connect(act: Act, path = '/ws', token = this.account.token, what = 'a handshake') {
    const opened = await this.client.connect(this.target.websocket + path, { address: this.#address, token });
    this.answered(act, what, opened instanceof AttackSocket ? 101 : opened);
    return opened instanceof AttackSocket ? opened : undefined;
  }

  async #flood(act: Act, count: number, make: (n: number) => string): Promise<void> {
    const socket = await this.#connect(act);
    await socket?.pour(Array.from({ length: count }, (_, n) => make(n)));
    if (socket !== undefined) this.answered(act, 'the flood', await socket.leave(500));
  }

  /** Each under a new name, so that each would be a device. */
  async #storm(act: Act): Promise<void> {
    const open = async (): Promise<void> => {
      const socket = await this.#connect(act, `/ws?device_id=${randomUUID()}`);
      await socket?.pour([this.#send('from a new socket'), '{"type":"received","seq":0}']);
      await socket?.leave(this.random.between(0, 100));
    };
    await Promise.all(Array.from({ length: 30 }, open));
  }

  #forged() {
    const { token } = this.account;
    return forgeTokens({ token, publicKeys: this.publicKeys, victimId: this.random.pick(this.target.others.ids) });
  }

  async #forgedHandshakes(act: Act): Promise<void> {
    for (const { how, token } of this.#forged()) await (await this.#connect(act, '/ws', token, how))?.leave(0);
  }

  async #forgedCalls(act: Act): Promise<void> {
    const { authentication, persistence } = this.target;
    const urls = [`${persistence}/conversations`, `${authentication}/sessions`, `${authentication}/users/me`];
    for (const { how, token } of this.#forged()) {
      const { outcome } = await this.client.call('GET', this.random.pick(urls), { address: this.#address, token });
      this.answered(act, how, outcome);
    }
  }

  async #forgedInPlace(act: Act): Promise<void> {
    const { how, token } = this.random.pick(this.#forged());
    const socket = await this.#connect(act);
    await socket?.pour([JSON.stringify({ type: 'authenticate', token }), this.#send('after it')]);
    if (socket !== undefined) this.answered(act, how, await socket.leave(300));
  }

  /** Logs in, logs out, and comes back with the token of that session. */
  async #endedSession(act: Act): Promise<void> {
    const { authentication } = this.target;
    const { username, password } = this.account;
    const address = this.#address;
    const login = await this.client.call('POST', `${authentication}/login`, { address, body: { username, password } });
    if (login.outcome !== 200) return this.answered(act, 'a log-in', login.outcome);
    const { token, refresh_token } = JSON.parse(login.text) as { token: string; refresh_token: string };
    const logout = await this.client.call('POST', `${authentication}/logout`, { address, body: { refresh_token } });
    if (logout.outcome !== 204) return this.answered(act, 'a log-out', logout.outcome);
    await (await this.#connect(act, '/ws', token, AFTER_LOG_OUT))?.leave(0);
  }

  async #badFrames(act: Act): Promise<void> {
    for (const { what, data } of badFrames(this.random, this.target.victim.id)) {
      const socket = await this.#connect(act);
      await socket?.pour([data]);
      if (socket !== undefined) this.answered(act, what, await socket.leave(50));
    }
  }

  async #badBodies(act: Act): Promise<void> {
    const { authentication, persistence } = this.target;
    const bodies = ['{"username":', '[]', '"x"', '['.repeat(9_000), Buffer.alloc(300, 0xff), 'x'.repeat(20_000)];
    for (const raw of bodies) {
      const [url, token] = this.random.pick([
        [`${authentication}/login`, undefined],
        [`${authentication}/refresh`, undefined],
        [`${persistence}/conversations`, this.account.token],
      ] as const);
      const options = { address: this.#address, raw, ...(token !== undefined && { token }) };
      this.answered(act, 'a body', (await this.client.call('POST', url, options)).outcome);
    }
  }

  async #guess(act: Act): Promise<void> {
    const { authentication, victim } = this.target;
    for (let n = 0; n < 20; n += 1) {
      const body = { username: victim.username, password: `guess-${randomUUID().slice(0, 8)}` };
      const { outcome } = await this.client.call('POST', `${authentication}/login`, { address: this.#address, body });
      this.answered(act, 'a guess', outcome);
    }
  }

  async #logIns(act: Act): Promise<void> {
    const { username, password } = this.account;
    const one = async (): Promise<void> => {
      const options = { address: this.#address, body: { username, password } };
      const { outcome } = await this.client.call('POST', `${this.target.authentication}/login`, options);
      this.answered(act, 'a log-in', outcome);
    };
    await Promise.all(Array.from({ length: 10 }, one));
  }

  async #registrations(act: Act): Promise<void> {
    for (let n = 0; n < 10; n += 1) {
      const body = { username: `${this.prefix}-${randomUUID().slice(0, 12)}`, password: randomUUID() };
      const options = { address: this.#address, body };
      const { outcome } = await this.client.call('POST', `${this.target.authentication}/register`, options);
      this.answered(act, 'a registration', outcome);
    }
  }

  async #groups(act: Act): Promise<void> {
    const { others, victim } = this.target;
    for (let n = 0; n < 10; n += 1) {
      const body = { title: `${this.prefix} ${n}`, member_ids: [victim.id, this.random.pick(others.ids)] };
      const options = { address: this.#address, token: this.account.token, body };
      const { outcome } = await this.client.call('POST', `${this.target.persistence}/conversations`, options);
      this.answered(act, 'a group', outcome);
    }
  }

  async #others(act: Act): Promise<void> {
    const { authentication, persistence, others, victim } = this.target;
    const group = `${persistence}/conversations/${others.group}`;
    const calls: [string, string, object?][] = [
      ['GET', `${group}/messages`],
      ['GET', group],
      ['GET', `${group}/members`],
      ['PATCH', group, { title: 'taken over' }],
      ['PUT', `${group}/members/${this.account.id}`, { role: 'owner' }],
      ['DELETE', `${group}/members/${others.ids[0]}`],
      ['PUT', `${group}/read`, { message_id: randomUUID() }],
      ['PUT', `${authentication}/password`, { password: 'of somebody else', new_password: randomUUID() }],
    ];
    for (const [method, url, body] of calls) {
      const options = { address: this.#address, token: this.account.token, ...(body && { body }) };
      this.answered(act, `${method} ${new URL(url).pathname}`, (await this.client.call(method, url, options)).outcome);
    }
    await (await this.#connect(act, `/ws/${victim.id}`, this.account.token, "another's path"))?.leave(0);
    const socket = await this.client.connect(`${this.target.websocket}/ws`, {
      address: this.#address,
      token: this.account.token,
    });
    if (!(socket instanceof AttackSocket)) return;
    await socket.pour([
      this.#send('to a group of others', { conversation_id: others.group }),
      JSON.stringify({ type: 'edit', id: 'e', message_id: randomUUID(), conversation_id: others.group, content: 'x' }),
      JSON.stringify({ type: 'delete', id: 'd', message_id: randomUUID(), conversation_id: others.group }),
      JSON.stringify({ type: 'read', conversation_id: others.group, message_id: randomUUID() }),
    ]);
    await socket.leave(500);
  }
}
