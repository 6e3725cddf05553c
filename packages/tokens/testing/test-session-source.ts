import { PlatformError } from '@chat-app/platform';
import type { EndedSession, EndedSessionsPage, SessionSource } from '../src/session-source';

/** Authentication in memory, which counts what it is asked and can be unavailable. */
export class TestSessionSource implements SessionSource {
  unavailable = false;
  keepS = 600;
  pageSize = 100;
  readonly ended: EndedSession[] = [];
  /** Sessions of each question, in order. */
  readonly asked: string[][] = [];
  looks = 0;
  /** Resolves before a question is answered. */
  before: () => Promise<void> = () => Promise.resolve();

  async findEndedSessions(sessionIds: readonly string[]): Promise<readonly string[]> {
    this.asked.push([...sessionIds]);
    await this.before();
    this.check();
    return sessionIds.filter((id) => this.ended.some(({ sessionId }) => sessionId === id));
  }

  async listEndedSessions(since: string | undefined): Promise<EndedSessionsPage> {
    this.looks += 1;
    this.check();
    const from = Number(since ?? 0);
    const sessions = this.ended.slice(from, from + this.pageSize);
    const next = from + sessions.length;
    return { sessions, next: String(next), more: next < this.ended.length, keepS: this.keepS };
  }

  private check(): void {
    if (this.unavailable) throw new PlatformError('service_unavailable', 'an outage, by the test');
  }
}
