/**
 * Pods of this version and of the one after it side by side, on the same backends and with clients under load. The newer
 * one knows a kind of event that this one does not: as a command, as a record of the log and as an entry of inboxes.
 */
import { randomUUID } from 'node:crypto';
import { createKafkaMessageLog } from '@chat-app/message-log/kafka';
import { silentLogger } from '@chat-app/platform';
import { directConversationId } from '@chat-app/protocol';
import { eventually } from './testing/eventually';
import type { Load } from './testing/load';
import { NewerClient } from './testing/newer-client';
import type { Pod } from './testing/pod';
import { runProgram } from './testing/run-program';
import { countRecords, readCursors, readHeads, readTopic, withDatabase } from './testing/stores';
import { environmentOf, NEWER_KIND, replaceAll, runVersion } from './testing/versions';
import { describeFault, type Scene } from './testing/with-stack';

const LOAD = { users: 8, twoDevices: 3, groupSize: 4, rate: 40 };
// What persistence announces reaches a pod with the next look at all inboxes: half a minute, unless configured.
const options = { overrides: { websocket: { RECONCILE_INTERVAL_MS: '1000' } } };

describeFault('when pods are upgraded one by one to a version with a new kind of event', options, (scene) => {
  it('loses nothing, persistence first, and old clients pass over the new entries and confirm them', async () => {
    const { stack } = scene;
    await runVersion(stack, 'this');
    const { load, dead } = await underLoad(scene);
    const client = newerClientOf(scene, load);
    client.start();
    await replaceAll(stack, 'persistence', 'newer', async () => {
      await load.more('shown', 50);
      // No websocket pod knows the command yet.
      for (const pod of stack.pods.websocket) expect(await waveAt(pod, load)).toBe('unknown_type');
    });
    expect(endingsOf(load)).toEqual([]);
    await replaceAll(stack, 'websocket', 'newer', async (pod) => {
      await load.more('shown', 50);
      // It takes it while its neighbour may still be of the version before.
      await eventuallyTakesWaves(pod, load);
    });
    await client.stop();
    expect([...client.refusals]).toEqual(['unknown_type']);
    await expectStored(scene, load, client.accepted);
    await expectUpgradeUnnoticed(scene, load, dead, 'rolling upgrade, persistence first');
  });

  it('loses nothing, websocket first: a command is taken only once every pod of persistence knows its kind', async () => {
    const { stack } = scene;
    await runVersion(stack, 'this');
    const { load, dead } = await underLoad(scene);
    const client = newerClientOf(scene, load);
    client.start();
    await replaceAll(stack, 'websocket', 'newer', async (pod) => {
      await load.more('shown', 50);
      expect(await waveAt(pod, load)).toBe('unknown_type');
    });
    const drained = endingsOf(load).length;
    const last = stack.pods.persistence.at(-1);
    await replaceAll(stack, 'persistence', 'newer', async (pod) => {
      await load.more('shown', 50);
      for (const websocket of stack.pods.websocket) {
        if (pod === last) await eventuallyTakesWaves(websocket, load);
        else expect(await waveAt(websocket, load)).toBe('unknown_type');
      }
    });
    await client.stop();
    expect(endingsOf(load)).toHaveLength(drained);
    await expectStored(scene, load, client.accepted);
    await expectUpgradeUnnoticed(scene, load, dead, 'rolling upgrade, websocket first');
  });

  it('goes back, and pods and clients of the version before pass on the entries that are there', async () => {
    const { stack } = scene;
    await runVersion(stack, 'newer');
    const { load, dead } = await underLoad(scene);
    for (const pod of stack.pods.websocket) await eventuallyTakesWaves(pod, load);
    await replaceAll(stack, 'websocket', 'this', () => load.more('shown', 50));
    await replaceAll(stack, 'persistence', 'this', () => load.more('shown', 50));
    // All read their inboxes anew, from pods that do not know what stands in them.
    stack.websocket.cut();
    await Promise.all(load.devices.map((device) => device.online()));
    await load.more('shown', 50);
    await expectUpgradeUnnoticed(scene, load, dead, 'rolled back', { cut: true });
  });

  it('keeps a new record that reaches this version all the same, as unknown_kind, until the newer one redrives it', async () => {
    const { stack } = scene;
    await runVersion(stack, 'this');
    const { load } = await underLoad(scene);
    const waves = await appendWaves(scene, load);
    const dead = await eventually(async () => {
      const found = (await readTopic(stack.backends, 'dead-messages')).filter(({ value }) =>
        waves.some((id) => value?.includes(id)),
      );
      return found.length === waves.length ? found : undefined;
    }, 'all of them are in dead-messages');
    expect(new Set(dead.map(({ headers }) => headers['error-code']))).toEqual(new Set(['unknown_kind']));
    await eventually(
      async () => ((await countArchived(scene)) >= waves.length ? true : undefined),
      'they are archived',
    );
    await replaceAll(stack, 'persistence', 'newer', () => load.more('shown', 50));
    const redriven = await runProgram(stack, 'redrive', ['--code', 'unknown_kind'], environmentOf('newer'));
    expect(redriven).toMatchObject({ redriven: waves.length });
    await expectStored(scene, load, new Set(waves));
    await load.more('shown', 50);
    await expectAllConfirmed(scene, load);
    load.healed();
    const { broken } = await load.finish('redriven by the newer version');
    expect(broken).toEqual({});
  });
});

/** A load that runs, and how much was dead before it. */
async function underLoad(scene: Scene): Promise<{ load: Load; dead: number }> {
  const dead = await countRecords(scene.stack.backends, 'dead-messages');
  const load = await scene.load(LOAD);
  load.start();
  await load.more('shown', 50);
  return { load, dead };
}

/** Its first user waves to the group and to the other of its pair. */
function newerClientOf({ stack }: Scene, load: Load, url = stack.websocket.url): NewerClient {
  const destinations = [{ conversation_id: load.group }, { recipient_id: load.users[1] ?? '' }];
  return new NewerClient({ url, token: load.sessions[0]?.token ?? '', destinations });
}

function waveAt(pod: Pod, load: Load): Promise<string> {
  const destinations = [{ conversation_id: load.group }];
  return new NewerClient({ url: pod.url, token: load.sessions[0]?.token ?? '', destinations }).wave();
}

/** @throws where it does not within the time of some reconciliations */
async function eventuallyTakesWaves(pod: Pod, load: Load): Promise<void> {
  await eventually(
    async () => ((await waveAt(pod, load)) === 'accepted' ? true : undefined),
    `${pod.name} takes a wave`,
    20_000,
  );
}

function endingsOf(load: Load): { device: string; code: number; gaveUp: boolean }[] {
  return load.devices.flatMap(({ name: device, endings }) =>
    endings.map(({ code, gaveUp }) => ({ device, code, gaveUp })),
  );
}

/** These waves are stored once, with what their projection does, and stand in both inboxes at least. */
async function expectStored(scene: Scene, load: Load, ids: ReadonlySet<string>): Promise<void> {
  expect(ids.size).toBeGreaterThan(0);
  await eventually(async () => {
    const { rows } = await withDatabase(scene.stack.backends, (client) =>
      client.query<{ waves: string; entries: string }>(
        `select (select count(*) from chat.events e join chat.x_waves w on w.event_id = e.id where e.id = any ($1)) as waves,
             (select count(distinct (user_id, event_id)) from chat.inbox
              where event_id = any ($1) and user_id = any ($2)) as entries`,
        [[...ids], load.users.slice(0, 2)],
      ),
    );
    return Number(rows[0]?.waves) === ids.size && Number(rows[0]?.entries) === 2 * ids.size ? true : undefined;
  }, `${ids.size} waves are stored`);
}

/** Nothing was dead-lettered, nobody was cut off but by a pod that went, all is confirmed, and the checker finds nothing. */
async function expectUpgradeUnnoticed(
  scene: Scene,
  load: Load,
  deadBefore: number,
  title: string,
  { cut = false } = {},
): Promise<void> {
  await expectAllConfirmed(scene, load);
  expect(await countRecords(scene.stack.backends, 'dead-messages')).toBe(deadBefore);
  const endings = endingsOf(load);
  // 1012 by the pod, 1000 and 1005 by a client that left in time.
  const unexplained = endings.filter(({ code, gaveUp }) => !gaveUp && ![1000, 1005, 1012].includes(code));
  if (!cut) expect(unexplained).toEqual([]);
  // Each pod that went let each of its own go once.
  const most = scene.stack.pods.websocket.length + (cut ? 1 : 0);
  for (const device of load.devices) expect(device.endings.length).toBeLessThanOrEqual(most);
  load.healed();
  const { broken } = await load.finish(title);
  expect(broken).toEqual({});
}

/** Every device confirms its inbox to the end, new entries included. */
async function expectAllConfirmed({ stack }: Scene, load: Load): Promise<void> {
  load.stop();
  await eventually(async () => {
    const heads = await readHeads(stack.backends, load.users);
    const names = load.devices.map(({ name }) => name);
    const cursors = await readCursors(stack.backends, names);
    const behind = load.devices.filter(({ user, name }) => cursors.get(name) !== heads.get(user));
    return behind.length === 0 ? true : undefined;
  }, 'every device has confirmed all of its inbox');
}

async function countArchived({ stack }: Scene): Promise<number> {
  const { rows } = await withDatabase(stack.backends, (client) =>
    client.query<{ count: string }>(
      "select count(*) from chat.dead_messages where error_code = 'unknown_kind' and redriven_at is null",
    ),
  );
  return Number(rows[0]?.count);
}

/** Waves on the log, as a newer websocket pod writes them. @returns the ids of their events */
async function appendWaves({ stack }: Scene, load: Load): Promise<string[]> {
  const [actor_id = '', recipient_id = ''] = load.users;
  const wave = (place: { conversation_id: string; recipient_id?: string }) => ({
    ...{ kind: NEWER_KIND, event_id: randomUUID(), actor_id, hue: 'blue', at: new Date().toISOString() },
    ...place,
  });
  const direct = { conversation_id: directConversationId(actor_id, recipient_id), recipient_id };
  const waves = [direct, { conversation_id: load.group }, direct, { conversation_id: load.group }].map(wave);
  const brokers = stack.backends.kafkaAddress.split(',');
  const log = createKafkaMessageLog({ brokers, clientId: 'newer', logger: silentLogger });
  try {
    for (const value of waves) {
      const headers = { kind: NEWER_KIND };
      await log.append({ topic: 'messages', key: value.conversation_id, value: JSON.stringify(value), headers });
    }
  } finally {
    await log.close();
  }
  return waves.map(({ event_id }) => event_id);
}
