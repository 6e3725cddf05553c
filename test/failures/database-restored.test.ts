/**
 * The restore of a dump while clients are connected, command by command as docs/operations.md says it. Numbers of inboxes
 * that were given out after the dump are given out again: nobody may take what bears them for old.
 */
import { join } from 'node:path';
import { CLOSE_CODES } from '@chat-app/protocol';
import { privateDirectory } from '../testing/backend-process';
import { dump, restore } from './testing/dump';
import { eventually } from './testing/eventually';
import type { Load } from './testing/load';
import { runProgram } from './testing/run-program';
import { readCursors, readHeads, withDatabase } from './testing/stores';
import { describeFault, type Scene } from './testing/with-stack';

const LOAD = { users: 6, twoDevices: 2, groupSize: 4, rate: 30 };
// What persistence announces reaches a pod with the next look at all inboxes: half a minute, unless configured.
const options = { overrides: { websocket: { RECONCILE_INTERVAL_MS: '2000' } } };

describeFault('when the database is restored from a dump while clients are connected', options, (scene) => {
  const directory = privateDirectory('dump');
  const file = join(directory.path, 'chatapp.dump');
  afterAll(() => directory.remove());

  it('loses nothing, ends every connection of the epoch before, and each client reads afresh', async () => {
    const load = await scene.load(LOAD);
    load.start();
    await load.more('positioned', 100);
    const moment = new Date();
    await dump(scene.stack.backends, file);
    await load.more('positioned', 200);
    // What was accepted after the dump stands in the log, and what is accepted meanwhile too.
    await restoreWhile(scene, file, moment, () => load.renumbered());
    await expectToldOfRestore(load);
    await load.more('shown', 100);
    load.healed();
    const { broken } = await load.finish('database-restored');
    expect(broken).toEqual({});
  });

  it('shows what bears a number that was used before, where the log has nothing to read again', async () => {
    const load = await scene.load({ ...LOAD, rate: 0 });
    const inbox = load.users[1] ?? '';
    await load.say(0, 'before the dump');
    await dump(scene.stack.backends, file);
    const forgotten = await say(scene, load, inbox, ['lost 1', 'lost 2', 'lost 3']);
    await restoreWhile(scene, file, undefined, () => load.renumbered());
    await expectToldOfRestore(load);
    const after = ['after 1', 'after 2', 'after 3'];
    expect(await say(scene, load, inbox, after)).toEqual(forgotten);
    for (const { name } of load.devices.filter(({ user }) => user === inbox)) {
      const shown = (): string[] =>
        load.observations.flatMap((one) => (one.kind === 'shown' && one.device === name ? one.content : []));
      await load.when(() => shown().includes('after 3'), `${name} shows what came after the restore`);
      expect(shown().slice(-3)).toEqual(after);
    }
    await expectConfirmed(scene, load);
  });
});

/** The runbook: stop what writes, restore, read the log again (since a moment, or not), begin another epoch, start. */
async function restoreWhile({ stack }: Scene, file: string, since: Date | undefined, begun: () => void): Promise<void> {
  const stopped = [...stack.pods.persistence, ...stack.pods.authentication];
  for (const exit of await Promise.all(stopped.map((pod) => pod.terminate()))) expect(exit).toBe(0);
  await restore(stack.backends, file);
  if (since !== undefined) await runProgram(stack, 'rewind', ['--since', since.toISOString()]);
  const { epoch } = await runProgram(stack, 'begin-epoch', ['restored from a backup']);
  expect(epoch).toEqual(expect.any(String));
  begun();
  await Promise.all(stopped.map((pod) => pod.start()));
}

/** Every connection of before was closed by its pod, and its client was told that its position means nothing any more. */
async function expectToldOfRestore(load: Load): Promise<void> {
  const isTold = ({ endings, missed }: Load['devices'][number]): boolean =>
    endings.some(({ code }) => code === CLOSE_CODES.restored.code) &&
    missed.some((what) => what.includes('(restored)'));
  await load.when(() => load.devices.every(isTold), 'every client is told of the restore', 120_000);
  await Promise.all(load.devices.map((device) => device.online()));
  const codes = load.devices.flatMap(({ endings }) => endings.map(({ code }) => code));
  expect(new Set(codes)).toEqual(new Set([CLOSE_CODES.restored.code]));
}

/** Says these to the second user. @returns their numbers in its inbox, once they are stored */
async function say({ stack }: Scene, load: Load, inbox: string, contents: readonly string[]): Promise<number[]> {
  const ids: string[] = [];
  for (const content of contents) ids.push(await load.say(0, content));
  return eventually(
    async () => {
      const { rows } = await withDatabase(stack.backends, (client) =>
        client.query<{ seq: string }>(
          'select seq from chat.inbox where user_id = $1 and message_id = any ($2) order by seq',
          [inbox, ids],
        ),
      );
      return rows.length === ids.length ? rows.map(({ seq }) => Number(seq)) : undefined;
    },
    `${contents.join(', ')} are stored`,
  );
}

/** Under the new numbering every device confirms its inbox to the end. */
async function expectConfirmed({ stack }: Scene, load: Load): Promise<void> {
  const names = load.devices.map(({ name }) => name);
  await eventually(async () => {
    const [heads, cursors] = [await readHeads(stack.backends, load.users), await readCursors(stack.backends, names)];
    const behind = load.devices.filter(({ user, name }) => (cursors.get(name) ?? 0) !== (heads.get(user) ?? 0));
    return behind.length === 0 ? true : undefined;
  }, 'every device has confirmed all of its inbox');
}
