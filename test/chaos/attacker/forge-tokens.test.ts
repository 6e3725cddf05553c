import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@chat-app/platform';
import { createSigningKey, createTokenSigner, createTokenVerifier } from '@chat-app/tokens';
import { forgeTokens } from './forge-tokens';

const SCOPE = { issuer: 'chat-app', audience: 'chat-app' };
const OWN = '789e0123-e45b-67d8-a901-324534567890';
const VICTIM = '123e4567-e89b-12d3-a456-426614174000';

describe('forged tokens', () => {
  const directory = mkdtempSync(join(tmpdir(), 'forge-tokens-'));
  let server: Server;
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await new Promise((resolve) => server.close(resolve));
  });

  it('look like the token that they are made of, and a verifier that takes that one refuses each', async () => {
    createSigningKey(directory, Date.now() - 60_000);
    const signer = createTokenSigner({
      ...SCOPE,
      directory,
      accessTtlS: 60,
      publishBeforeUseS: 0,
      logger: silentLogger,
    });
    const publicKeys = JSON.stringify(signer.jwks());
    server = createServer((_, response) => response.end(publicKeys)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const verifier = createTokenVerifier({ ...SCOPE, jwksUrl, logger: silentLogger });
    try {
      const { token } = signer.sign({ userId: OWN, sessionId: OWN });
      await expect(verifier.verify(token)).resolves.toMatchObject({ userId: OWN });
      const forged = forgeTokens({ token, publicKeys, victimId: VICTIM });
      expect(forged.length).toBeGreaterThanOrEqual(12);
      for (const { token: other } of forged) {
        await expect(verifier.verify(other)).rejects.toMatchObject({ code: 'token_invalid' });
      }
    } finally {
      verifier.close();
      server.closeAllConnections();
    }
  });
});
