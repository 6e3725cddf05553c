import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { apply, eventually, kubectl } from './kubectl';
import { upgrade } from './release';
import { finished, SERVICE_URLS, startPod } from './test-pods';

const NAME = 'newer-version';
const file = (...path: string[]) => readFileSync(resolve(__dirname, ...path), 'utf8');

/** What wave.cjs prints. */
export interface WaveResult {
  accepted: number;
  refusals: string[];
  undelivered: number;
  holes: number;
}

/**
 * Upgrades to the version after this one: the same images, with a kind of command, record and entry that this version does not
 * know. websocket and persistence are rolled side by side, in whatever order their pods become ready.
 */
export async function upgradeToNewerVersion(): Promise<void> {
  const program = { [`${NAME}.cjs`]: file('..', 'testing', `${NAME}.cjs`) };
  await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME }, data: program });
  await upgrade(
    ['websocket', 'persistence'].flatMap((service) => [
      `${service}.extraEnv[0].name=NODE_OPTIONS`,
      `${service}.extraEnv[0].value=--require=/newer/${NAME}.cjs`,
      `${service}.extraVolumes[0].name=newer`,
      `${service}.extraVolumes[0].configMap.name=${NAME}`,
      `${service}.extraVolumeMounts[0].name=newer`,
      `${service}.extraVolumeMounts[0].mountPath=/newer`,
    ]),
  );
}

/** Has two people of the newer version wave while something happens, and until waves are taken. @returns what they counted */
export async function whileWaving(disturb: () => Promise<void>): Promise<WaveResult> {
  const name = await startPod('wave', { args: ['-e', file('wave.cjs')], env: SERVICE_URLS });
  try {
    await eventually('they wave', 90_000, async () => (await kubectl('logs', name)).includes('ready'));
    await disturb();
    await kubectl('exec', name, '--', 'node', '-e', 'process.kill(1, "SIGUSR2")');
    const line = /^result: (.*)$/m.exec(await finished(name, 120_000))?.[1];
    if (line === undefined) throw new Error('the people who wave gave no result');
    console.log(`waves: ${line}`);
    return JSON.parse(line) as WaveResult;
  } finally {
    await kubectl('delete', 'pod', name, '--wait=false');
  }
}
