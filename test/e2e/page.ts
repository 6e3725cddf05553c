import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithChromium } from '../browser/testing/chromium';
import { TestAuthority } from '../testing/test-authority';
import { CONTROLLER_LABELS, IngressController } from './ingress-controller';
import { apply, eventually, RELEASE, settled } from './kubectl';
import { upgrade } from './release';
import { Visitor } from './visitor';

const SERVICES = ['authentication', 'websocket', 'persistence'];
const HOST = 'localhost';
const PATH = '/chat';
const CERTIFICATE = 'page-tls';
/** How a client learns that nobody has written in a conversation of two. */
const NOT_WRITTEN_YET = new RegExp(`^404 .*${PATH}/conversations/[0-9a-f-]{36}/(messages|members)`);
/** As for production: a host, TLS, a path, and no origin but the page's own. */
const SETTINGS = [
  'ingress.enabled=true',
  `ingress.host=${HOST}`,
  `ingress.tlsSecret=${CERTIFICATE}`,
  `publicPath=${PATH}`,
  'trustedProxies=1',
  'allowedOrigins=null',
  `networkPolicy.ingressFrom[0].podSelector.matchLabels.app=${CONTROLLER_LABELS.app}`,
];

/** The page in a real Chromium, by the way that the chart's Ingress has for it. It leaves the release with that Ingress. */
export function describePage(): void {
  describeWithChromium('the page of the release', (browser) => {
    let controller: IngressController | undefined;
    afterEach(() => controller?.close());

    it('lets two people register, talk over a pod each and come back, through the Ingress, below a path', async () => {
      await applyCertificate();
      await upgrade(SETTINGS);
      for (const service of SERVICES) await settled(service, 2);
      controller = await IngressController.start(`${RELEASE}-public`);
      const origin = `https://${HOST}:${controller.port}`;
      const url = origin + PATH;
      const [hers, his] = [await Visitor.open(browser, `${url}/`), await Visitor.open(browser, url)];
      // Without the slash at its end one is sent on.
      expect(his.page.url()).toBe(`${url}/`);
      await hers.register();
      await his.register();
      await hers.writeTo(his.user);
      await hers.send('through the Ingress');
      await his.entry(hers.user.username).click();
      await his.message('through the Ingress').waitFor();
      await his.send('and back');
      await hers.message('and back').waitFor();
      for (const person of [hers, his]) {
        await person.page.locator('.message-state.read').waitFor();
        await person.page.reload();
        await person.online();
        await person.message('and back').waitFor();
        expect(await person.shown()).toEqual(['through the Ingress', 'and back']);
      }
      await eventually('the connections of before are over', 30_000, async () => (await sockets()).length >= 2);
      // Both pods, also where one of them had to connect again.
      expect(new Set(await sockets()).size).toBe(2);
      const complaints = [...hers.complaints, ...his.complaints].filter((one) => !NOT_WRITTEN_YET.test(one));
      expect(complaints).toEqual([]);
      const beside = [...hers.asked, ...his.asked].filter((one) => one !== url && !one.startsWith(`${url}/`));
      expect(beside).toEqual([]);
      for (const other of ['/', '/chatty', '/ws']) {
        expect((await hers.page.request.get(origin + other)).status()).toBe(404);
      }
    });

    async function sockets(): Promise<string[]> {
      return (await controller?.answered(`${PATH}/ws`, 101)) ?? [];
    }
  });
}

/** The Secret that the Ingress names, with a certificate that no browser knows. */
async function applyCertificate(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const { key, cert } = new TestAuthority(directory, 'page').issue(HOST);
    const stringData = { 'tls.key': String(key), 'tls.crt': String(cert) };
    await apply({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: CERTIFICATE },
      stringData,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}
