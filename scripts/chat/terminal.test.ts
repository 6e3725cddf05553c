import { Terminal } from './terminal';

describe('Terminal', () => {
  it('gives the terminal no control that a message or a name holds', () => {
    const written: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const terminal = new Terminal('me> ');
    try {
      terminal.print('12:00 \u001b[31mmallory\u202e: \u0007\u009b2J');
    } finally {
      terminal.close();
      write.mockRestore();
    }
    expect(written.join('')).toBe('12:00 \uFFFD[31mmallory\uFFFD: \uFFFD\uFFFD2J\n');
  });
});
