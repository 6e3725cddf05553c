import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * As much of a page as stream-chat takes is 100 kB, centrifuge 24 kB. It grew from 15 kB with what people do in a conversation:
 * settings, receipts, reactions, typing and presence.
 */
const BUDGET_BYTES = 20_000;

describe('the client in a page', () => {
  it('costs at most 20 kB, brings no schema library and compiles no code at run time', () => {
    const directory = mkdtempSync(join(tmpdir(), 'client-bundle-'));
    try {
      const file = join(directory, 'client.js');
      execFileSync(process.execPath, [resolve(__dirname, '..', 'bundle.mjs'), file]);
      const bundle = readFileSync(file);
      expect(gzipSync(bundle, { level: 9 }).length).toBeLessThanOrEqual(BUDGET_BYTES);
      expect(bundle.toString()).not.toMatch(/\bnew Function\b|\beval\(|\bZod/);
      expect(bundle.toString()).toContain('createChatClient');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
