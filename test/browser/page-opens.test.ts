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
});
