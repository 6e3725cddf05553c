/** In order: many a browser says that it is others too. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Headless)?(Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bVersion\/\S+ .*Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];
const MAX_CHARACTERS = 60;

/** What people call a program by its `User-Agent`: "Firefox, Windows"; the beginning of the text where it is another. */
export function describeUserAgent(userAgent: string): string {
  const name = (of: typeof BROWSERS) => of.find(([pattern]) => pattern.test(userAgent))?.[1];
  const known = [name(BROWSERS), name(SYSTEMS)].filter((one) => one !== undefined);
  return known.length > 0 ? known.join(', ') : userAgent.slice(0, MAX_CHARACTERS);
}
