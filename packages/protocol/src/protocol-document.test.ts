import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOSE_CODES, mayReconnect } from './close-codes';
import { ERRORS } from './error-codes';
import { decodeClientFrame } from './frames/client-frames';
import { FEATURES, POD_FEATURES } from './features';
import { decodeServerFrame } from './frames/server-frames';
import { LIMITS } from './limits';

const SAID_BY_CLIENTS = ['send', 'edit', 'delete', 'react', 'received', 'authenticate', 'watch'];

/** A `typing` that names no user is of a client: the server says who. */
function isOfClient({ type = '', user_id }: { type?: string; user_id?: string }): boolean {
  return SAID_BY_CLIENTS.includes(type) || (type === 'typing' && user_id === undefined);
}

const text = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'protocol.md'), 'utf8');

/** Cells of the table that follows a marker. */
function table(marker: string): string[][] {
  const [, after] = text.split(`<!-- ${marker}:`);
  const lines = (after ?? '').split('\n').slice(1);
  const start = lines.findIndex((line) => line.startsWith('|'));
  const rows = lines.slice(start, start + lines.slice(start).findIndex((line) => !line.startsWith('|')));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/protocol.md', () => {
  it('prints every error as it is', () => {
    expect(table('errors')).toEqual(
      Object.entries(ERRORS).map(([code, { status, retryable, action }]) => [
        `\`${code}\``,
        String(status),
        retryable ? 'yes' : 'no',
        action,
      ]),
    );
  });

  it('prints every close code as it is', () => {
    expect(table('close codes')).toEqual(
      Object.entries(CLOSE_CODES).map(([name, { code, action }]) => [String(code), `\`${name}\``, action]),
    );
  });

  it('says after which codes a client connects again', () => {
    expect(text).toContain('4000 to 4499, and 1001, 1005, 1006, and 1011 to 1014');
    const allowed = [1001, 1005, 1006, 1011, 1012, 1013, 1014];
    for (let code = 1000; code < 5000; code += 1) {
      expect(mayReconnect(code)).toBe(allowed.includes(code) || (code >= 4000 && code <= 4499));
    }
  });

  it('shows frames that are JSON, and that both sides read', () => {
    const lines = [...text.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, block]) =>
      (block ?? '').trim().split('\n'),
    );
    const frames = lines.map((line) => JSON.parse(line) as { type?: string; user_id?: string });
    expect(frames.length).toBeGreaterThanOrEqual(14);
    const types = new Set(frames.map((frame) => frame.type));
    for (const type of [
      'send',
      'received',
      'authenticate',
      'welcome',
      'message',
      'accepted',
      'rejected',
      'stored',
      'joined',
      'conversation',
      'edited',
      'deleted',
      'react',
      'changed',
      'read',
      'settings',
      'typing',
      'watch',
      'presence',
    ]) {
      expect(types).toContain(type);
    }
    for (const frame of frames.filter(isOfClient)) {
      expect(decodeClientFrame(JSON.stringify(frame)).ok).toBe(true);
    }
    for (const frame of frames.filter((frame) => !isOfClient(frame))) {
      if (frame.type !== undefined) {
        expect(decodeServerFrame(JSON.stringify(frame))).toMatchObject({ ok: true, known: true });
      }
    }
  });

  it('names the features that there are', () => {
    expect(text).toContain(`"features":${JSON.stringify([...FEATURES, ...POD_FEATURES].sort())}`);
  });

  it('names the limits in force', () => {
    expect(text).toContain(`"frame_bytes":${LIMITS.frameBytes},"content_bytes":${LIMITS.contentBytes}`);
    expect(text).toContain(`1 to ${LIMITS.clientIdCharacters} characters`);
    expect(text).toContain(`1 to ${LIMITS.deviceIdCharacters} characters`);
    expect(text).toContain(`up to ${LIMITS.groupMembers.toLocaleString('en')} members`);
    expect(text).toContain(`more than ${LIMITS.catchUpEntries} entries behind`);
  });
});
