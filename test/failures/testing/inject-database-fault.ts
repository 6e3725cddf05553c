import type { Load } from './load';
import type { Scene } from './with-stack';

/**
 * Injects a fault into the database under load and takes it back. Live delivery must go on meanwhile, storing must have stopped, and
 * no message may be dead-lettered: the database is to blame, not the messages.
 */
export async function injectDatabaseFault(
  scene: Scene,
  fault: string,
  inject: () => Promise<() => Promise<void>>,
): Promise<void> {
  const load = await scene.load();
  load.start();
  await load.more('positioned', 100);
  const release = await inject();
  try {
    await storingWaits(scene, load);
    await load.more('shown', 200);
  } finally {
    await release();
  }
  load.healed();
  await load.more('positioned', 200, 120_000);
  const { broken } = await load.finish(fault);
  expect(broken).toEqual({});
  const deadLettered = scene.stack.pods.persistence.map((pod) => pod.metric('chat_persistence_dead_lettered_total'));
  expect(await Promise.all(deadLettered)).toEqual(deadLettered.map(() => 0));
}

/** Until a persistence pod says that a batch waits for the database; live delivery goes on while it is asked. */
async function storingWaits(scene: Scene, load: Load): Promise<void> {
  for (let asked = 0; asked < 150; asked += 1) {
    const waiting = await Promise.all(
      scene.stack.pods.persistence.map((pod) => pod.metric('chat_persistence_batches_waiting')),
    );
    if (waiting.some((count) => count > 0)) return;
    await load.more('shown', 20);
  }
  throw new Error('no batch waits for the database');
}
