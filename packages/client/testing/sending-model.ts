import type { Taken } from '../src/state/outbox';

export type Outcome = 'accept' | 'reject' | 'reject but written';
export interface ModelAnswer {
  id: string;
  said: 'accepted' | 'rejected' | 'out_of_order' | 'refused';
}

/** The server's end of one connection: what it was sent and has not read, what it answered and nobody has read. */
export class ModelConnection {
  private readonly inbound: Taken[] = [];
  readonly answers: ModelAnswer[] = [];
  /** Sends that were rejected for the moment, those that were to follow them included. */
  private readonly rejected = new Set<string>();

  constructor(private readonly server: ModelServer) {}

  send(taken: readonly Taken[]): void {
    this.inbound.push(...taken);
  }

  /** Reads one send. What the server does with it is given, as far as it is free to choose. */
  serve(outcome: Outcome): void {
    const next = this.inbound.shift();
    if (next === undefined) return;
    const { entry, after } = next;
    this.answers.push({ id: entry.id, said: this.take(next, after, outcome) });
  }

  private take({ entry }: Taken, after: string | undefined, outcome: Outcome): ModelAnswer['said'] {
    if (after !== undefined && this.rejected.has(after)) {
      this.rejected.add(entry.id);
      return 'out_of_order';
    }
    this.rejected.delete(entry.id);
    if (this.server.refuses(entry.id)) return 'refused';
    if (outcome !== 'reject') this.server.append(entry.conversation_id, entry.id);
    if (outcome === 'accept') return 'accepted';
    this.rejected.add(entry.id);
    return 'rejected';
  }
}

/** What all connections write to: a log that knows every message once, under its id. */
export class ModelServer {
  private readonly logs = new Map<string, string[]>();

  /** @param refuses which messages are refused for good, whenever they come */
  constructor(readonly refuses: (id: string) => boolean) {}

  append(conversation: string, id: string): void {
    const log = this.logs.get(conversation) ?? [];
    if (!log.includes(id)) this.logs.set(conversation, [...log, id]);
  }

  log(conversation: string): readonly string[] {
    return this.logs.get(conversation) ?? [];
  }
}
