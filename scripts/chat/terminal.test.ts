import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Terminal } from './terminal';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

describe('Terminal', () => {
  /** @param isTTY whether somebody sits there */
  const begin = (isTTY: boolean) => {
    const [input, output] = [new PassThrough(), new PassThrough()].map((stream) => Object.assign(stream, { isTTY }));
    if (input === undefined || output === undefined) throw new Error('there are two');
    return { input, written: () => String(output.read() ?? ''), terminal: new Terminal('me> ', input, output) };
  };

  it('gives the terminal no control that a message or a name holds', () => {
    const { terminal, written } = begin(false);
    terminal.print('12:00 \u001b[31mmallory\u202e: \u0007\u009b2J');
    terminal.close();
    expect(written()).toBe('12:00 \uFFFD[31mmallory\uFFFD: \uFFFD\uFFFD2J\n');
  });

  it('shows what is being typed again below a line that it prints', () => {
    const { input, terminal, written } = begin(true);
    input.write('half a th');
    terminal.print('12:00 ada: hello');
    expect(written()).toMatch(/12:00 ada: hello\n.*me> half a th/su);
    terminal.close();
  });

  it.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
    ['/quit', '/quit\r'],
  ])('prints on after %s, without a prompt and without listening again', async (_how, typed) => {
    const { input, terminal, written } = begin(true);
    const read = terminal.read(async () => Promise.resolve('quit'));
    input.write(typed);
    await read;
    written();
    terminal.print('12:00 ada: hello');
    expect(written()).toMatch(/12:00 ada: hello\n$/u);
    expect(input.isPaused()).toBe(true);
  });

  it('ends with Ctrl-D though a line is still being worked on', async () => {
    const { input, terminal, written } = begin(true);
    const ended = once(input, 'pause');
    const read = terminal.read(async () => {
      input.write(CTRL_D);
      await ended;
      written();
      return undefined;
    });
    input.write('hello\r');
    await read;
    expect(written()).toBe('');
    expect(input.isPaused()).toBe(true);
  });
});
