import {
  chromium,
  type Browser as Launched,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { findChromium } from '../../../scripts/processes/find-chromium';
import { systemTarget, type SystemTarget } from '../../testing/system-target';

/** No sandbox, for containers run as root; nothing that calls home. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const LAUNCH_MS = 60_000;

/** What tests have of the browser. */
export interface Browser {
  /** A fresh profile, closed after the test. */
  profile(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page of a fresh profile, closed after the test. */
  page(options?: BrowserContextOptions): Promise<Page>;
}

/** The browser, and the system under test. */
export interface Chromium extends Browser {
  readonly target: SystemTarget;
}

/**
 * A describe block in a real Chromium against a running system. Without one of them a developer sees it skipped and why; in
 * CI it fails.
 */
export function describeInChromium(title: string, body: (chromium: Chromium) => void): void {
  const target = systemTarget();
  if (target === undefined) return describeMissing(title, 'SYSTEM_HTTP_URL is not set; see npm run test:browser');
  describeWithChromium(title, (browser) => body({ target, ...browser }));
}

/** A describe block in a real Chromium, for tests that find their system themselves. Without one it is skipped or fails the same way. */
export function describeWithChromium(title: string, body: (browser: Browser) => void): void {
  const path = findChromium();
  if (path === undefined) return describeMissing(title, 'there is no Chromium; CHROMIUM names one');
  describe(title, () => body(launched(path)));
}

function describeMissing(title: string, missing: string): void {
  if (process.env['CI'] === 'true') {
    return describe(title, () => {
      it('finds what it needs', () => {
        throw new Error(`${missing}: CI does not skip`);
      });
    });
  }
  describe.skip(`${title} (skipped: ${missing})`, () => {
    it('needs what is missing', () => undefined);
  });
}

function launched(path: string): Browser {
  let browser: Launched | undefined;
  const profiles: BrowserContext[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: path, args: ARGUMENTS, timeout: LAUNCH_MS });
  }, LAUNCH_MS);
  afterEach(async () => {
    await Promise.all(profiles.splice(0).map((profile) => profile.close()));
  });
  afterAll(() => browser?.close());

  const profile = async (options?: BrowserContextOptions): Promise<BrowserContext> => {
    if (browser === undefined) throw new Error('the browser is there within a test only');
    const opened = await browser.newContext(options);
    profiles.push(opened);
    return opened;
  };
  return { profile, page: async (options) => (await profile(options)).newPage() };
}
