import { splitLinks } from './links';

const hrefs = (text: string) => splitLinks(text).flatMap((part) => part.href ?? []);

describe('splitLinks', () => {
  it.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(https://example.org/wiki/A_(b))', ['https://example.org/wiki/A_(b)']],
    ['[http://a.example/{b}?)...]', ['http://a.example/{b}']],
    ['http://a.example, https://b.example!', ['http://a.example', 'https://b.example']],
    ['HTTPS://EXAMPLE.ORG', ['HTTPS://EXAMPLE.ORG']],
    ['https://пример.рф/путь', ['https://пример.рф/путь']],
    ['javascript:alert(1) data:text/html,x ftp://a.example mailto:a@b.example', []],
    ['https://', []],
    ['no address at all', []],
    ['https://a.example/\u202egnp.exe', ['https://a.example/']],
  ])('finds the web addresses of %j', (text, found) => {
    expect(hrefs(text)).toEqual(found);
  });

  it.each(['', 'a https://example.org b', 'https://example.org', '<b>https://x.example</b>'])(
    'loses nothing of %j',
    (text) => {
      expect(
        splitLinks(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text);
    },
  );

  it.each([')', '.', '.x', ').', '(', '](', 'http://a', 'http://a.'])(
    'takes a moment at most for a message that is nothing but %j, thousands of times',
    (part) => {
      const text = `http://a.example/${part.repeat(16_000 / part.length)}`;
      const began = performance.now();
      expect(splitLinks(text).length).toBeGreaterThan(0);
      expect(performance.now() - began).toBeLessThan(2_000);
    },
  );
});
