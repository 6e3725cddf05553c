/** Real backends a test may need, and where the environment says they are. */
const BACKENDS = {
  kafka: 'TEST_KAFKA_BROKERS',
  postgres: 'TEST_DATABASE_URL',
  redis: 'TEST_REDIS_URL',
} as const;

export type Backend = keyof typeof BACKENDS;

/** Where a backend is. @throws where the environment does not say: call it only inside describeWithBackend. */
export function backendAddress(backend: Backend): string {
  const address = process.env[BACKENDS[backend]];
  if (address === undefined || address === '') throw new Error(`${BACKENDS[backend]} is not set`);
  return address;
}

/**
 * A describe block that needs real backends. Without them a developer sees it skipped, by name of what is missing; in CI
 * it fails.
 */
export function describeWithBackend(backends: Backend | readonly Backend[], title: string, body: () => void): void {
  const needed = typeof backends === 'string' ? [backends] : backends;
  const missing = needed.map((backend) => BACKENDS[backend]).filter((variable) => !process.env[variable]);
  if (missing.length === 0) return describe(title, body);
  if (process.env['CI'] === 'true') {
    return describe(title, () => {
      it('finds its backends', () => {
        throw new Error(`set ${missing.join(', ')}: CI does not skip`);
      });
    });
  }
  describe.skip(`${title} (skipped: ${missing.join(', ')} not set; see npm run backends)`, body);
}
