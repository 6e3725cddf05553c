import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from './directory-lock';

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('the lock of a directory', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-'));
    file = join(directory, 'lock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const lock = () => lockDirectory(directory, file);
  /** Leaves a lock as another holder would have. */
  const leave = (changes: object): void => {
    const own = lock();
    const holder = JSON.parse(readFileSync(file, 'utf8')) as object;
    own.release();
    writeFileSync(file, JSON.stringify({ ...holder, token: 'other', ...changes }));
  };
  const age = (seconds: number): void => {
    const then = new Date(Date.now() - seconds * 1_000);
    utimesSync(file, then, then);
  };

  it('is taken, and let go of', () => {
    const first = lock();
    expect(existsSync(file)).toBe(true);
    first.release();
    first.release();
    expect(existsSync(file)).toBe(false);
    lock().release();
  });

  it('is refused while it is held, naming the directory and the pid', () => {
    const first = lock();
    expect(lock).toThrow(directory);
    expect(lock).toThrow(String(process.pid));
    expect(lock).toThrow(expect.objectContaining({ code: 'illegal_state' }) as Error);
    first.release();
  });

  it('is taken over from a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    leave({ pid: child.pid });
    const taken = lock();
    expect(readFileSync(file, 'utf8')).toContain(`"pid":${process.pid}`);
    taken.release();
  });

  onLinux('is taken over at once from a killed process that its parent has not asked for yet', async () => {
    // The shell becomes `sleep`, which never asks for its child.
    const parent = spawn('sh', [
      '-c',
      `"${process.execPath}" -e 'setInterval(() => {}, 1000)' & echo $!; exec sleep 60`,
    ]);
    try {
      const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(printed.toString());
      const started = (): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      leave({ pid, started: `${boot}/${started()[19]}` });
      expect(lock).toThrow(`process ${pid}`);
      process.kill(pid, 'SIGKILL');
      while (started()[0] !== 'Z') await new Promise((resolve) => setImmediate(resolve));
      expect(process.kill(pid, 0)).toBe(true);
      lock().release();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('is taken over from an earlier process of the same pid, as in a container that started again', () => {
    leave({ started: 'another boot/1' });
    lock().release();
  });

  it('is refused while another host’s process keeps touching it, and taken over when it no longer does', () => {
    leave({ host: 'elsewhere' });
    expect(lock).toThrow('elsewhere');
    age(31);
    lock().release();
  });

  it('is refused while its file is being written, and taken over when that never ends', () => {
    writeFileSync(file, '');
    expect(lock).toThrow('in use');
    age(11);
    lock().release();
  });

  it('leaves alone what another has taken over meanwhile', () => {
    const first = lock();
    writeFileSync(file, JSON.stringify({ pid: 1, host: 'x', started: 'y', token: 'z' }));
    first.release();
    expect(existsSync(file)).toBe(true);
  });
});
