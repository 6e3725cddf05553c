/** Dates as people write them, in the page's language and this machine's time zone. */
export interface DateTexts {
  readonly language: string;
  readonly today: string;
  readonly yesterday: string;
}

export class Dates {
  readonly #time: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;
  readonly #short: Intl.DateTimeFormat;
  readonly #long: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #ago: Intl.RelativeTimeFormat;

  constructor(
    private readonly texts: DateTexts,
    private readonly now: () => number = Date.now,
  ) {
    const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(texts.language, options);
    this.#time = format({ hour: '2-digit', minute: '2-digit' });
    this.#weekday = format({ weekday: 'short' });
    this.#short = format({ day: 'numeric', month: 'short' });
    this.#long = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    this.#full = format({ dateStyle: 'full', timeStyle: 'short' });
    this.#ago = new Intl.RelativeTimeFormat(texts.language, { numeric: 'auto' });
  }

  time(at: string): string {
    return this.#time.format(new Date(at));
  }

  full(at: string): string {
    return this.#full.format(new Date(at));
  }

  /** How long it is ago, in its largest unit: 10 minutes ago, yesterday. Less than a minute is one. */
  ago(at: string): string {
    const minutes = Math.max(1, Math.round((this.now() - Date.parse(at)) / 60_000));
    if (minutes < 60) return this.#ago.format(-minutes, 'minute');
    if (minutes < 24 * 60 && this.#daysAgo(at) === 0) return this.#ago.format(-Math.round(minutes / 60), 'hour');
    return this.#ago.format(-Math.max(1, this.#daysAgo(at)), 'day');
  }

  /** Of a list: the time today, the weekday of the last days, else the date. */
  short(at: string): string {
    const days = this.#daysAgo(at);
    if (days === 0) return this.time(at);
    return (days > 0 && days < 7 ? this.#weekday : this.#short).format(new Date(at));
  }

  /** Of the line between two days. */
  day(at: string): string {
    const days = this.#daysAgo(at);
    if (days === 0) return this.texts.today;
    return days === 1 ? this.texts.yesterday : this.#long.format(new Date(at));
  }

  #daysAgo(at: string): number {
    const noon = (time: number | string): number => new Date(time).setHours(12, 0, 0, 0);
    return Math.round((noon(this.now()) - noon(at)) / 86_400_000);
  }
}

/** Names the day of a time: the same for all times of one day here. */
export function dayOf(at: string): string {
  const known = days.get(at);
  if (known !== undefined) return known;
  const day = new Date(at).toDateString();
  if (days.size > 20_000) days.clear();
  days.set(at, day);
  return day;
}
const days = new Map<string, string>();
