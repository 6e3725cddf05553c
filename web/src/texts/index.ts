import { de } from './de';
import { en, type Texts } from './en';

export type { Texts } from './en';

export const LANGUAGES: Readonly<Record<string, Texts>> = { en, de };
const KEY = 'chat-app.language';

/** The language chosen in this browser, else the first of the user's that the page has, else English. */
export function chosenLanguage(): string {
  const wished = [localStorage.getItem(KEY), ...navigator.languages];
  const found = wished.map((tag) => tag?.slice(0, 2)).find((tag) => tag !== undefined && Object.hasOwn(LANGUAGES, tag));
  return found ?? 'en';
}

/** The language as it is written where the user lives, for dates: `en-GB`. */
export function regionalLanguage(): string {
  const language = chosenLanguage();
  return navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
}

/** The page in another language: chosen once, it stays. */
export function chooseLanguage(language: string): void {
  localStorage.setItem(KEY, language);
  location.reload();
}

const language = chosenLanguage();
document.documentElement.lang = language;

/** The texts of the page. */
export const t: Texts = LANGUAGES[language] ?? en;

/** An error's code in the page's own words. */
export function faultText(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return t.faults.other(thrown instanceof Error ? thrown.message : String(thrown));
  const known = Object.hasOwn(t.faults, code) ? t.faults[code as keyof Texts['faults']] : undefined;
  return typeof known === 'string' ? known : t.faults.other(code);
}
