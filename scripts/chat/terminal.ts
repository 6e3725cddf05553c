import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import { printable } from './printable';

/** A terminal in which lines may appear while another is being typed. */
export class Terminal {
  private readonly lines: Interface;
  private readonly interactive = process.stdin.isTTY && process.stdout.isTTY;

  constructor(prompt: string) {
    this.lines = createInterface({ input: process.stdin, output: process.stdout, prompt, terminal: this.interactive });
  }

  /** Prints a line above what is being typed. Nothing in it reaches the terminal as a control. */
  print(text: string): void {
    if (this.interactive) {
      clearLine(process.stdout, 0);
      cursorTo(process.stdout, 0);
    }
    process.stdout.write(`${printable(text)}\n`);
    if (this.interactive) this.lines.prompt(true);
  }

  /** Calls `onLine` for each line, one after another; resolves at the end of the input or with Ctrl-C. */
  async read(onLine: (line: string) => Promise<'quit' | undefined>): Promise<void> {
    this.lines.on('SIGINT', () => this.lines.close());
    if (this.interactive) this.lines.prompt();
    for await (const line of this.lines) {
      if ((await onLine(line)) === 'quit') break;
      if (this.interactive) this.lines.prompt();
    }
  }

  close(): void {
    this.lines.close();
  }
}
