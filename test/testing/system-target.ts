/** Where the system under test is, as the environment says. */
export interface SystemTarget {
  /** Base addresses, without a slash at the end. */
  authentication: string;
  persistence: string;
  /** One address for each websocket pod that is known apart; at least one. */
  websockets: readonly [string, ...string[]];
}

/** Reads SYSTEM_HTTP_URL and its companions. Undefined where no system is named. */
export function systemTarget(environment: Record<string, string | undefined> = process.env): SystemTarget | undefined {
  const base = address(environment['SYSTEM_HTTP_URL']);
  if (base === undefined) return undefined;
  const [first, ...rest] = (environment['SYSTEM_WEBSOCKET_URLS'] ?? '')
    .split(',')
    .map(address)
    .filter((url) => url !== undefined);
  return {
    authentication: address(environment['SYSTEM_AUTHENTICATION_URL']) ?? base,
    persistence: address(environment['SYSTEM_PERSISTENCE_URL']) ?? base,
    websockets: [first ?? base, ...rest],
  };
}

/**
 * A describe block that needs a running system. Without one a developer sees it skipped; in CI it fails, for there the
 * runner names one.
 */
export function describeSystem(title: string, body: (target: SystemTarget) => void): void {
  const target = systemTarget();
  if (target !== undefined) return describe(title, () => body(target));
  if (process.env['CI'] === 'true') {
    return describe(title, () => {
      it('finds its system', () => {
        throw new Error('set SYSTEM_HTTP_URL: CI does not skip');
      });
    });
  }
  describe.skip(`${title} (skipped: SYSTEM_HTTP_URL is not set; see npm run test:system)`, () => {
    it('needs a running system', () => undefined);
  });
}

function address(text: string | undefined): string | undefined {
  const trimmed = text?.trim().replace(/\/+$/, '');
  return trimmed === undefined || trimmed === '' ? undefined : trimmed.replace(/^ws/, 'http');
}
