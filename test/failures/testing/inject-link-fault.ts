import type { ProxyMode, TcpProxy } from '../../testing/tcp-proxy';
import type { Load } from './load';
import type { Scene } from './with-stack';

/**
 * Injects a fault into a link under load until `meanwhile` messages were accepted and shown in spite of it, lets bytes pass again, and
 * waits until what was sent since has a position. Nothing may be broken. Answers the load, for what else it must show.
 */
export async function injectLinkFault(
  scene: Scene,
  fault: string,
  link: TcpProxy,
  { mode, meanwhile }: { mode: ProxyMode; meanwhile: number },
): Promise<Load> {
  const load = await scene.load();
  load.start();
  await load.more('shown', 100);
  link.mode = mode;
  try {
    await load.more('accepted', meanwhile);
    await load.more('shown', meanwhile);
  } finally {
    link.mode = 'pass';
  }
  load.healed();
  await load.more('positioned', 200, 120_000);
  const { broken } = await load.finish(fault);
  expect(broken).toEqual({});
  return load;
}
