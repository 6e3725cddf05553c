/**
 * The rules as the drill uses them: every window and every `for` is divided by the same factor, so that what takes minutes in
 * production takes seconds here. Thresholds are left as they are. A window is never shorter than five scrapes.
 */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export interface Scale {
  factor: number;
  /** Shortest window, seconds. */
  shortestWindowS: number;
}

/** @returns the text of a rule file with shorter times */
export function scaleRules(text: string, { factor, shortestWindowS }: Scale): string {
  const scaled = (amount: string, unit: string, least: number): string =>
    `${Math.max(least, Math.ceil((Number(amount) * (UNITS[unit] ?? 1)) / factor))}s`;
  return text
    .replace(/\[(\d+)([smhd])\]/g, (_, amount: string, unit: string) => `[${scaled(amount, unit, shortestWindowS)}]`)
    .replace(
      /^(\s+for: )(\d+)([smhd])$/gm,
      (_, key: string, amount: string, unit: string) => key + scaled(amount, unit, 1),
    );
}
