import { Child, compileScript, type CompiledScript } from '../testing/child-process';

// Child processes on a busy machine.
jest.setTimeout(60_000);

describe('runCommand', () => {
  let script: CompiledScript;
  beforeAll(() => {
    script = compileScript('testing/command-fixture.ts');
  }, 60_000);
  afterAll(() => script.remove());

  const run = async (args: string[], environment: Record<string, string> = {}) => {
    const child = new Child(script, { NUMBER: '7', ...environment }, args);
    const { code } = await child.ended;
    return { code, output: child.output, lines: child.lines, stderr: child.stderr };
  };

  it('prints the answer as one line, among those of the log, and releases what it used', async () => {
    const { code, lines } = await run(['hello']);
    expect(code).toBe(0);
    expect(lines).toContainEqual({ message: 'hello', number: 7 });
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['works', 'hello', 'released', 'stopped']),
    );
  });

  it('prints nothing but the answer beside a service, whatever that one logs', async () => {
    const { code, output } = await run(['hello'], { FIXTURE: 'beside', LOG_LEVEL: 'debug' });
    expect(code).toBe(0);
    expect(output).toBe(`${JSON.stringify({ message: 'hello', number: 7 }, null, 2)}\n`);
  });

  it('prints no character that a terminal acts on', async () => {
    const { output, lines } = await run(['a\u009B31m'], { FIXTURE: 'beside' });
    expect(output).toContain('"a\\u009b31m"');
    expect(lines).toEqual([]);
  });

  it('exits 1 where the work fails, and answers nothing', async () => {
    const { code, output } = await run(['fails'], { FIXTURE: 'beside' });
    expect(code).toBe(1);
    expect(output).toContain('it failed');
    expect(output).not.toContain('"number"');
  });

  it.each([
    ['arguments', [], { NUMBER: '7' }, 'fixture MESSAGE'],
    ['a variable', ['hello'], { NUMBER: 'many' }, 'NUMBER must be'],
  ])('exits 2 and says what is wrong with %s', async (_what, args, environment, told) => {
    const { code, stderr } = await run(args, environment);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });
});
