import { Metrics } from '../metrics/metrics';
import { auditRefusal } from './audit-refusal';
import { createAudit } from './create-audit';

function memoryAudit() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const metrics = new Metrics('websocket');
  return { lines, metrics, audit: createAudit({ service: 'websocket', metrics, destination }) };
}

describe('the audit log', () => {
  it('writes one line for each event, on a stream of its own, and counts it', async () => {
    const { lines, metrics, audit } = memoryAudit();
    audit.record({ action: 'log_in', outcome: 'refused', reason: 'wrong_credentials', address: '192.0.2.1' });
    expect(lines).toEqual([
      {
        stream: 'audit',
        service: 'websocket',
        level: 'info',
        time: expect.any(String) as string,
        message: 'log_in',
        action: 'log_in',
        outcome: 'refused',
        reason: 'wrong_credentials',
        address: '192.0.2.1',
      },
    ]);
    const { body } = await metrics.expose();
    expect(body).toMatch(/chat_audit_events_total\{[^}]*action="log_in"[^}]*outcome="refused"[^}]*\} 1\n/);
    expect(body).toMatch(/chat_audit_events_total\{[^}]*action="connect"[^}]*outcome="refused"[^}]*\} 0\n/);
  });

  it('writes some lines of a flood of refusals, says how many it left out, and counts all', async () => {
    const { lines, metrics, audit } = memoryAudit();
    for (let n = 0; n < 5_000; n += 1) audit.record({ action: 'connect', outcome: 'refused' });
    expect(lines.length).toBeGreaterThanOrEqual(1_000);
    expect(lines.length).toBeLessThan(4_000);
    audit.record({ action: 'log_in', outcome: 'succeeded' });
    expect(lines.at(-1)).toMatchObject({ action: 'log_in' });
    const said = lines.filter((line) => line['left_out'] !== undefined);
    const leftOut = said.reduce((sum, line) => sum + Number(line['left_out']), 0);
    expect(leftOut + lines.length - said.length).toBe(5_001);
    const { body } = await metrics.expose();
    expect(body).toMatch(/chat_audit_events_total\{[^}]*action="connect"[^}]*outcome="refused"[^}]*\} 5000\n/);
  });

  it('has a line for a guessed password, however many forged tokens come beside it', () => {
    const { lines, audit } = memoryAudit();
    for (let n = 0; n < 5_000; n += 1) audit.record({ action: 'access', outcome: 'refused', reason: 'token_invalid' });
    audit.record({ action: 'log_in', outcome: 'refused', reason: 'wrong_credentials' });
    expect(lines.at(-1)).toMatchObject({ action: 'log_in', reason: 'wrong_credentials' });
  });

  it('keeps a line short, however long a header of a stranger is', () => {
    const { lines, audit } = memoryAudit();
    audit.record({ action: 'connect', outcome: 'refused', origin: 'x'.repeat(10_000) });
    expect(JSON.stringify(lines[0]).length).toBeLessThan(600);
  });

  it.each([
    ['token_invalid', 'refused'],
    ['origin_refused', 'refused'],
    ['wrong_user', 'refused'],
    ['forbidden', 'refused'],
    ['unknown_conversation', 'refused'],
    ['rate_limited', 'throttled'],
  ])('has a refusal with %s', (code, outcome) => {
    const { lines, audit } = memoryAudit();
    auditRefusal(audit, code, { action: 'access', route: '/x', address: '192.0.2.1' });
    expect(lines).toMatchObject([{ action: 'access', outcome, reason: code }]);
  });

  it.each(['invalid_json', 'token_expired', 'unknown_user', 'unavailable'])('has none with %s', (code) => {
    const { lines, audit } = memoryAudit();
    auditRefusal(audit, code, { action: 'access' });
    expect(lines).toEqual([]);
  });
});
