/**
 * `npm run services [-- --websocket 2 --persistence 2 --port 8000]`: the three services as processes on the backends
 * of `npm run backends`. Ctrl-C drains and stops them.
 */
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment } from './backends';
import { startServices } from './start-services';

const root = resolve(__dirname, '..', '..', '..');

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      websocket: { type: 'string', default: '2' },
      persistence: { type: 'string', default: '2' },
      port: { type: 'string', default: '8000' },
    },
  });
  const directory = resolve(process.env['BACKENDS_DIRECTORY'] ?? join(root, '.dev'));
  const services = await startServices({
    root,
    directory,
    environment: readEnvironment(join(directory, 'backends.env')),
    websocketPods: count('websocket', values.websocket),
    persistencePods: count('persistence', values.persistence),
    basePort: count('port', values.port),
  });
  console.log(`authentication  ${services.authenticationUrl}`);
  console.log(`persistence     ${services.persistenceUrl}`);
  for (const url of services.websocketUrls) console.log(`websocket       ${url.replace('http', 'ws')}/ws`);
  console.log(`logs            ${join(directory, 'logs')}`);
  console.log('Ctrl-C stops them.');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await services.stop();
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option}: "${text}" is not a whole number above 0`);
  return value;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
