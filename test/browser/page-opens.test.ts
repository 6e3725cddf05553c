import { createHash } from 'node:crypto';
import type { Response } from 'playwright-core';
import { describeInChromium } from './testing/chromium';

describeInChromium('the page', (chromium) => {
  it('opens in a browser, keeps its own Content-Security-Policy and reports no error', async () => {
    const page = await chromium.page();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(chromium.target.authentication);
    await page.locator('input[type=password]').first().waitFor();
    expect(errors).toEqual([]);
  });

  it('comes compressed, is kept by its content, and lets no script in that is not a file of its own', async () => {
    const page = await chromium.page();
    const responses: Response[] = [];
    page.on('response', (response) => responses.push(response));
    const document = await page.goto(chromium.target.authentication);
    await page.locator('input[type=password]').first().waitFor();
    const { 'content-security-policy': policy = '', ...headers } = document!.headers();
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe-|script-src|data:.*script|\*/);
    expect(headers['cache-control']).toBe('no-cache');
    const scripts = await page.locator('script').evaluateAll((all) => all.map((one) => one.textContent));
    expect(scripts).toEqual(['']);
    const assets = responses.filter((response) => response.url().includes('/assets/'));
    expect(assets.map((response) => response.url().split('.').at(-1)).sort()).toEqual(['css', 'js']);
    for (const asset of assets) {
      expect(asset.headers()).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-encoding': expect.stringMatching(/^(gzip|br|deflate)$/) as string,
      });
      // As chunks name each other: a name is never used for other content.
      expect(asset.url()).toMatch(/-[\w-]{8}\.(js|css)$/);
    }
    const style = assets.find((response) => response.url().endsWith('.css'));
    const hash = createHash('sha256')
      .update(await style!.body())
      .digest('base64url')
      .slice(0, 8);
    expect(style!.url()).toContain(`page-${hash}.css`);
    // And where somebody tries: what is written into the page does not run.
    await page.evaluate(() => {
      const script = window.document.createElement('script');
      script.textContent = 'window.isInjected = true';
      window.document.body.append(script);
    });
    expect(await page.evaluate(() => 'isInjected' in window)).toBe(false);
  });
});
