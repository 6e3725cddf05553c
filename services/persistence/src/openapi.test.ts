import { join } from 'node:path';
import type { Database } from '@chat-app/database';
import { checkOpenApi } from '../../../test/testing/check-openapi';
import { contextOn } from '../testing/embedded-context';
import { internalRoutes, publicRoutes } from './routes';

const FILE = join(__dirname, '../openapi.yaml');

describe('openapi.yaml', () => {
  // Nothing is called: only the routes are looked at.
  const context = contextOn({} as Database);
  const all = [...publicRoutes(context), ...internalRoutes(context)];

  it('says what the code does', () => {
    expect(checkOpenApi(FILE, all)).toEqual([]);
  });

  it('is found out where it does not', () => {
    const [first, ...rest] = all;
    expect(checkOpenApi(FILE, rest)).toEqual(['POST /conversations: is not in the code']);
    expect(checkOpenApi(FILE, [{ ...first!, access: 'public' }, ...rest])).toEqual([
      expect.stringContaining('POST /conversations: security'),
    ]);
  });
});
