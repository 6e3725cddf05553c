import { join } from 'node:path';
import { Metrics, parseConfiguration, silentAudit, silentLogger } from '@chat-app/platform';
import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { TokenSigner } from '@chat-app/tokens';
import { checkOpenApi } from '../../../test/testing/check-openapi';
import { authenticationVariables } from './configuration';
import { createAuthentication } from './create-authentication';

const FILE = join(__dirname, '../openapi.yaml');

describe('openapi.yaml', () => {
  const { routes, internalRoutes } = createAuthentication({
    // Nothing is called: only the routes are looked at.
    database: {} as Database,
    fanout: {} as Fanout,
    signer: {} as TokenSigner,
    configuration: parseConfiguration({}, authenticationVariables),
    logger: silentLogger,
    audit: silentAudit,
    metrics: new Metrics('authentication'),
  });
  const all = [...routes, ...internalRoutes];

  it('says what the code does', () => {
    expect(checkOpenApi(FILE, all)).toEqual([]);
  });

  it('is found out where it does not', () => {
    const [first, ...rest] = all;
    expect(checkOpenApi(FILE, rest)).toEqual(['POST /register: is not in the code']);
    const changed = { ...first!, access: 'user' as const, path: '/sign-up' };
    expect(checkOpenApi(FILE, [changed, ...rest])).toContain('POST /sign-up: is not in the file');
    const other = rest.find((route) => route.path === '/refresh')!;
    const faults = checkOpenApi(FILE, [{ ...first!, summary: 'x', access: 'user', body: other.body! }, ...rest]);
    expect(faults.map((fault) => fault.split(':')[1])).toEqual([' summary', ' security', ' requestBody']);
  });
});
