/** Those whom an attack should not lock out: one whose password is guessed at, on a known device, and a stranger. */
import type { SessionResponse } from '@chat-app/protocol';
import { call } from '../../testing/system-users';

export interface LogIns {
  tried: number;
  /** Answers other than 200, by status. */
  refused: Record<string, number>;
  tookMs: number[];
}

interface Person {
  username: string;
  password: string;
  address: string;
  proof?: string;
}

const EVERY_MS = 2_000;

export class Bystanders {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #logIns: LogIns = { tried: 0, refused: {}, tookMs: [] };

  private constructor(
    private readonly url: string,
    private readonly persons: readonly Person[],
    readonly victim: { username: string; id: string },
  ) {}

  static async register(url: string, mark: string): Promise<Bystanders> {
    const victim: Person = { username: `${mark}-victim`, password: `${mark}-1-password`, address: '203.0.113.7' };
    const stranger: Person = { username: `${mark}-stranger`, password: `${mark}-2-password`, address: '203.0.113.99' };
    const [first] = [await enter(url, 'register', victim), await enter(url, 'register', stranger)];
    if (first.session === undefined) throw new Error(`the victim could not register: ${first.status}`);
    const { user_id: id, device_proof: proof } = first.session;
    const known = { ...victim, ...(proof !== undefined && { proof }) };
    return new Bystanders(url, [known, stranger], { username: victim.username, id });
  }

  /** Lets each log in every two seconds, one after the other. */
  start(): void {
    this.#logIns = { tried: 0, refused: {}, tookMs: [] };
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#logIn());
    }, EVERY_MS);
  }

  /** How their log-ins went since the start. */
  async stop(): Promise<LogIns> {
    clearInterval(this.#timer);
    await this.#running;
    return this.#logIns;
  }

  async #logIn(): Promise<void> {
    for (const person of this.persons) {
      const from = performance.now();
      const { status } = await enter(this.url, 'login', person).catch(() => ({ status: 'gone' }));
      this.#logIns.tried += 1;
      this.#logIns.tookMs.push(Math.round(performance.now() - from));
      if (status !== 200) this.#logIns.refused[status] = (this.#logIns.refused[status] ?? 0) + 1;
    }
  }
}

async function enter(url: string, path: 'register' | 'login', person: Person) {
  const { username, password, address, proof } = person;
  const body = { username, password, ...(proof !== undefined && { device_proof: proof }) };
  const answer = await call('POST', `${url}/${path}`, { body, headers: { 'X-Forwarded-For': address } });
  return {
    status: answer.status,
    session: answer.status < 300 ? (JSON.parse(answer.text) as SessionResponse) : undefined,
  };
}
