/**
 * Users who talk to each other over a stack while it suffers: pairs and one group, some with two devices, on all
 * websocket pods. Keeps a history for the checker, waits until all is quiet again, and gives the verdict.
 *
 * States: open → sending → quiet → closed. `finish` does the last two and may be called once.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { directConversationId, type SessionResponse } from '@chat-app/protocol';
import { check, PROMISES, type Verdict } from '../../checker/check';
import { unchecked } from '../../checker/count-checked';
import type { Observation } from '../../checker/history';
import { untilAgreed } from './agreement';
import { Device } from './chat-user';
import { Latecomer } from './latecomer';
import { findLeaks } from './leaks';
import { openSession } from './open-session';
import { report, worstDelayMs, type Row } from './report';
import { ShownStates } from './shown-states';
import type { Stack } from './stack';
import { countSettled, readHeads, readMarkers, readStores } from './stores';

export interface LoadOptions {
  /** Even. */
  users?: number;
  /** So many of them have two devices. */
  twoDevices?: number;
  /** Members of the one group. */
  groupSize?: number;
  /** Messages a second, of all together. */
  rate?: number;
  /** With one of so many messages sent another is edited, deleted or reacted to; at times a device looks, and reads. 0: never. */
  changeEvery?: number;
}

export interface Outcome {
  verdict: Verdict;
  row: Row;
  /** Broken promises with their first cases; empty when all were kept. */
  broken: Record<string, string[]>;
}

const TICK_MS = 50;
const QUIET_WITHIN_MS = 120_000;
const LOOK_AGAIN_MS = 250;
/** What is done with messages, in turns. */
const CHANGES = ['react', 'edit', 'delete', 'react'] as const;
const EMOJI = ['👍', '🎉'];
/** With so many changes a device begins to look at a conversation, or leaves it. */
const LOOK_EVERY = 2;
/** Of so many users one has a device that comes late. */
const LATE_EVERY = 4;

export class Load {
  readonly observations: Observation[] = [];
  readonly devices: Device[] = [];
  readonly users: string[] = [];
  /** Of each user's first device. */
  readonly sessions: SessionResponse[] = [];
  readonly #progress = new EventEmitter();
  readonly #count: Record<Observation['kind'], number> = {
    ...{ sent: 0, accepted: 0, rejected: 0, shown: 0, positioned: 0 },
    ...{ changing: 0, changed: 0, showing: 0, final: 0, read: 0, badge: 0 },
  };
  readonly #states = new Map<Device, ShownStates>();
  /** By the index of their user. */
  readonly #latecomers = new Map<number, Latecomer>();
  readonly #members = new Map<string, string[]>();
  readonly #conversationOf = new Map<string, string>();
  /** What is accepted and not yet shown on a device that should show it. */
  readonly #owed = new Set<string>();
  readonly #shown = new Set<string>();
  readonly #unanswered = new Set<string>();
  readonly #prefix = Math.random().toString(36).slice(2, 8);
  #group = '';
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #healedAt = 0;

  private constructor(
    private readonly stack: Stack,
    private readonly options: Required<LoadOptions>,
  ) {
    this.#progress.setMaxListeners(0);
  }

  /** Registers the users, makes the group, connects every device. */
  static async open(stack: Stack, options: LoadOptions = {}): Promise<Load> {
    const load = new Load(stack, { users: 16, twoDevices: 4, groupSize: 5, rate: 60, changeEvery: 0, ...options });
    try {
      await load.#populate();
    } catch (error) {
      await load.close();
      throw error;
    }
    return load;
  }

  /** What every message of this load begins with, and no id holds. */
  get mark(): string {
    return `${this.#prefix} `;
  }

  get sent(): number {
    return this.#count.sent;
  }

  get accepted(): number {
    return this.#count.accepted;
  }

  get shown(): number {
    return this.#count.shown;
  }

  /** Begins to send, evenly. */
  start(): void {
    const perTick = (this.options.rate * TICK_MS) / 1_000;
    let due = 0;
    this.#timer = setInterval(() => {
      for (due += perTick; due >= 1; due -= 1) this.#sendOne();
    }, TICK_MS);
  }

  /** Sends one message from a user's first device to the other of its pair. @returns its message id once accepted */
  async say(user: number, content: string): Promise<string> {
    const device = this.#devicesOf(this.users[user] ?? '')[0];
    if (device === undefined) throw new Error(`there is no user ${user}`);
    const id = device.send({ recipient_id: this.users[user ^ 1] ?? '' }, content);
    return (await device.client.settle(id)).message_id;
  }

  /** The one group. */
  get group(): string {
    return this.#group;
  }

  /** Sends nothing new from here on. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Inboxes are numbered anew from here on: what was told of numbers before means nothing any more. */
  renumbered(): void {
    const kept = this.observations.filter(({ kind }) => kind !== 'positioned');
    this.observations.splice(0, Infinity, ...kept);
    for (const device of this.devices) device.position = 0;
  }

  /** The fault is over: delays are counted from here. */
  healed(): void {
    this.#healedAt = Date.now();
  }

  /** Waits until so many more of this kind were observed. @throws after the time allowed */
  async more(kind: 'sent' | 'accepted' | 'shown' | 'positioned', count: number, timeoutMs = 60_000): Promise<void> {
    const goal = this.#count[kind] + count;
    await this.#until(
      () => this.#count[kind] >= goal,
      timeoutMs,
      () => `${goal - this.#count[kind]} of ${count} more ${kind}`,
    );
  }

  /** Waits for a condition on the devices. @throws after the time allowed */
  async when(condition: () => boolean, what: string, timeoutMs = 60_000): Promise<void> {
    await this.#until(condition, timeoutMs, () => what);
  }

  /** Stops sending, waits until everything accepted is shown and stored everywhere, closes, checks, reports. */
  async finish(fault: string, quietWithinMs = QUIET_WITHIN_MS): Promise<Outcome> {
    this.stop();
    const end = Date.now() + quietWithinMs;
    const late: string[] = [];
    await this.#until(
      () => this.#unanswered.size === 0 && this.#owed.size === 0,
      quietWithinMs,
      () => 'quiet',
    ).catch(() => late.push(`${this.#unanswered.size} sends without an answer, ${this.#owed.size} showings owed`));
    late.push(...(await this.#untilStored(end)), ...(await this.#untilFollowed(end)));
    late.push(...(await this.#untilAgreed(end)));
    const stores = {
      ...(await readStores(this.stack.backends, this.users, [...this.#members.keys()])),
      markers: await readMarkers(this.stack.backends, [...this.#members.keys()]),
    };
    const devices = new Map(this.users.map((user) => [user, this.#devicesOf(user).map(({ name }) => name)]));
    await this.close();
    const leaks = [...late, ...(await findLeaks(this.stack, this.users))];
    const { observations } = this;
    const verdict = check({ observations, stores, population: { members: this.#members, devices, leaks } });
    const broken = Object.fromEntries(
      PROMISES.filter((promise) => verdict.broken[promise].length > 0).map((promise) => [
        promise,
        [`${verdict.broken[promise].length} cases`, ...verdict.broken[promise].slice(0, 5)],
      ]),
    );
    const idle = this.options.changeEvery > 0 ? unchecked(verdict.counts) : [];
    if (idle.length > 0) broken['nothing to check'] = idle;
    // Not a broken promise, but an explanation of some.
    const missed = this.devices.flatMap((device) => device.missed.map((what) => `${device.name} missed ${what}`));
    if (Object.keys(broken).length > 0 && missed.length > 0) broken['told of what is not sent'] = missed.slice(0, 20);
    const repeatedFrames = this.devices.reduce((sum, device) => sum + device.repeatedFrames, 0);
    const row = report(fault, verdict, { healingMs: worstDelayMs(observations, this.#healedAt), repeatedFrames });
    return { verdict, row, broken };
  }

  async close(): Promise<void> {
    this.stop();
    for (const states of this.#states.values()) states.release();
    await Promise.all(this.devices.map((device) => device.client.close()));
  }

  async #populate(): Promise<void> {
    const { users, twoDevices, groupSize } = this.options;
    const credentials = Array.from({ length: users }, (_, index) => this.#credentials(index));
    const sessions = await Promise.all(
      credentials.map((body) => openSession(this.stack.authenticationUrl, 'register', body)),
    );
    this.users.push(...sessions.map(({ user_id }) => user_id));
    this.sessions.push(...sessions);
    const second = await Promise.all(
      credentials.slice(0, twoDevices).map((body) => openSession(this.stack.authenticationUrl, 'login', body)),
    );
    await Promise.all([
      ...sessions.map((session, index) => this.#connect(session, `${this.#prefix}-${index}-a`)),
      ...second.map((session, index) => this.#connect(session, `${this.#prefix}-${index}-b`)),
    ]);
    for (let pair = 0; pair + 1 < users; pair += 2) {
      const [one = '', other = ''] = this.users.slice(pair, pair + 2);
      this.#members.set(directConversationId(one, other), [one, other]);
    }
    if (groupSize > 0) {
      const members = this.users.slice(0, groupSize);
      const owner = this.#devicesOf(members[0] ?? '')[0];
      const group = await owner?.client.conversations.createGroup('all of us', members.slice(1));
      this.#group = group?.conversation_id ?? '';
      this.#members.set(this.#group, members);
    }
    if (this.options.changeEvery === 0) return;
    await this.#lookAtConversations();
    await this.#leaveLatecomers();
  }

  #credentials(index: number): { username: string; password: string } {
    return { username: `f-${this.#prefix}-${index}`, password: `${this.#prefix}-${index}-password` };
  }

  async #connect(session: SessionResponse, name: string): Promise<void> {
    const device = await Device.open({
      user: session.user_id,
      device: name,
      session,
      urls: this.stack.urls,
      observe: (observation) => this.#observe(observation),
    });
    this.devices.push(device);
    for (const event of ['connection', 'ending', 'retryable', 'position']) {
      device.changed.on(event, () => this.#progress.emit('changed'));
    }
    await device.online();
  }

  #devicesOf(user: string): Device[] {
    return this.devices.filter((device) => device.user === user);
  }

  /** Users of the devices look at their conversations, and change messages of them. */
  async #lookAtConversations(): Promise<void> {
    for (const device of this.devices) {
      const index = this.users.indexOf(device.user);
      const peer = index ^ 1;
      const states = new ShownStates(device.client, {
        user: device.user,
        device: device.name,
        peer: { user_id: this.users[peer] ?? '', username: this.#credentials(peer).username },
        groups: this.#isInGroup(index) ? [this.#group] : [],
        observe: (observation) => this.#observe(observation),
      });
      this.#states.set(device, states);
      await states.begin();
    }
  }

  async #leaveLatecomers(): Promise<void> {
    for (let index = 0; index < this.users.length; index += LATE_EVERY) {
      const user = this.users[index] ?? '';
      const conversations = [...this.#members].filter(([, members]) => members.includes(user)).map(([id]) => id);
      const observe = (observation: Observation): void => this.#observe(observation);
      const options = { user, device: `${this.#prefix}-${index}-late`, conversations, observe };
      this.#latecomers.set(index, await Latecomer.leave(this.stack, this.sessions[index]?.token ?? '', options));
    }
  }

  #isInGroup(index: number): boolean {
    return this.#group !== '' && index < this.options.groupSize;
  }

  /** One of the newest messages is edited, deleted or reacted to, in turns over the devices and what is done. */
  #changeOne(turn: number): void {
    const device = this.devices[Math.floor(turn / CHANGES.length) % this.devices.length];
    const states = device && this.#states.get(device);
    const change = CHANGES[turn % CHANGES.length] ?? 'react';
    // Once around all devices the other conversation of those that have one.
    const round = Math.floor(turn / CHANGES.length / this.devices.length);
    const conversation = states?.conversations[round % states.conversations.length];
    if (states === undefined || conversation === undefined) return;
    const content = change === 'edit' ? `${this.mark}edit ${turn}` : (EMOJI[round % EMOJI.length] ?? '');
    states.change(conversation, change, content, turn);
  }

  /** Users look at their conversations on one device after another, and leave them again. */
  #readOne(turn: number): void {
    const looking = [...this.#states.values()];
    looking[turn % Math.max(1, looking.length)]?.lookOrLeave();
  }

  #sendOne(): void {
    const number = this.#next++;
    const device = this.devices[number % this.devices.length];
    if (device === undefined) return;
    const index = this.users.indexOf(device.user);
    const inGroup = this.#isInGroup(index) && number % 4 === 0;
    const { changeEvery } = this.options;
    if (changeEvery > 0 && number % changeEvery === 0) {
      const turn = number / changeEvery;
      this.#changeOne(turn);
      if (turn % LOOK_EVERY === 0) this.#readOne(turn / LOOK_EVERY);
    }
    const content = `${this.mark}${number} ${'·'.repeat(number % 40)}`;
    const peer = this.users[index ^ 1] ?? '';
    const states = this.#states.get(device);
    if (states !== undefined) states.send(inGroup ? this.#group : directConversationId(device.user, peer), content);
    else device.send(inGroup ? { conversation_id: this.#group } : { recipient_id: peer }, content);
  }

  #observe(observation: Observation): void {
    this.observations.push(observation);
    this.#count[observation.kind] += 1;
    if (observation.kind === 'sent') {
      this.#conversationOf.set(observation.client_id, observation.conversation_id);
      this.#unanswered.add(observation.client_id);
    } else if (observation.kind === 'rejected') this.#unanswered.delete(observation.client_id);
    else if (observation.kind === 'accepted') {
      this.#unanswered.delete(observation.client_id);
      const conversation = this.#conversationOf.get(observation.client_id) ?? '';
      for (const member of this.#members.get(conversation) ?? []) {
        if (member === observation.user) continue;
        for (const { name } of this.#devicesOf(member)) {
          const owed = `${name}|${observation.message_id}`;
          if (!this.#shown.has(owed)) this.#owed.add(owed);
        }
      }
    } else if (observation.kind === 'shown') {
      const shown = `${observation.device}|${observation.message_id}`;
      this.#shown.add(shown);
      this.#owed.delete(shown);
    }
    this.#progress.emit('changed');
  }

  async #until(condition: () => boolean, timeoutMs: number, what: () => string): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#progress.off('changed', look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#progress.off('changed', look);
        reject(new Error(`waited ${timeoutMs} ms in vain: ${what()}`));
      }, timeoutMs);
      this.#progress.on('changed', look);
    });
  }

  /** Until every accepted message is in PostgreSQL: nothing tells when, so it is asked. */
  async #untilStored(end: number): Promise<string[]> {
    const ids = [...new Set(this.observations.flatMap((one) => (one.kind === 'accepted' ? [one.message_id] : [])))];
    for (;;) {
      const settled = await countSettled(this.stack.backends, ids);
      if (settled === ids.length) return [];
      if (Date.now() > end) return [`${ids.length - settled} accepted messages are neither stored nor dead`];
      await delay(LOOK_AGAIN_MS);
    }
  }

  /** Until every device shows what is stored; what it shows at the end is kept for the checker. Then those come who are late. */
  async #untilAgreed(end: number): Promise<string[]> {
    if (this.#states.size === 0) return [];
    const { observations, devices, stack } = this;
    const conversations = [...this.#members.keys()];
    const seen = await untilAgreed({ stack, conversations, states: this.#states, devices, observations, end });
    for (const observation of seen) this.#observe(observation);
    const late: string[] = [];
    for (const [index, latecomer] of this.#latecomers) {
      await openSession(stack.authenticationUrl, 'login', this.#credentials(index))
        .then((session) => latecomer.comeBack(session))
        .catch((error: unknown) => late.push(String(error)));
    }
    return late;
  }

  /** Until every device was told of every entry of its inbox. */
  async #untilFollowed(end: number): Promise<string[]> {
    const heads = await readHeads(this.stack.backends, this.users);
    const behind = (): Device[] => this.devices.filter(({ user, position }) => position < (heads.get(user) ?? 0));
    await this.#until(
      () => behind().length === 0,
      Math.max(0, end - Date.now()),
      () => 'positions',
    ).catch(() => undefined);
    return behind().map(({ name, user, position }) => `${name} stands at ${position} of ${heads.get(user) ?? 0}`);
  }
}
