import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { command, NAMESPACE } from './kubectl';

const ROOT = resolve(__dirname, '..', '..');

/** The commands (blocks of `sh`) of a page of docs/ below one of its headings, in order; of the whole page where no heading is named. */
export function commandsOf(page: string, heading?: string): string[] {
  const text = readFileSync(resolve(ROOT, 'docs', page), 'utf8');
  const [section = ''] =
    heading === undefined
      ? [text]
      : (new RegExp(`^(#+) ${heading}\\n[^]*?(?=^#{1,3} |$(?![^]))`, 'm').exec(text) ?? []);
  return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block);
}

/** Runs commands of a page from the root of the checkout, in the namespace under test. @throws Error with what they wrote */
export function follow(commands: string): Promise<string> {
  const here = commands.replaceAll(/(--namespace|delete namespace) chat\b/g, `$1 ${NAMESPACE}`);
  return command('bash', ['-euxo', 'pipefail', '-c', `cd '${ROOT}'\n${here}`]);
}
