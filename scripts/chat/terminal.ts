import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import { printable } from './printable';

interface MaybeTerminal {
  readonly isTTY?: boolean;
}

/** A terminal in which lines may appear while another is being typed. */
export class Terminal {
  private readonly lines: Interface;
  private readonly interactive: boolean;
  private isOpen = true;

  constructor(
    prompt: string,
    input: NodeJS.ReadableStream & MaybeTerminal = process.stdin,
    private readonly output: NodeJS.WritableStream & MaybeTerminal = process.stdout,
  ) {
    this.interactive = input.isTTY === true && output.isTTY === true;
    this.lines = createInterface({ input, output, prompt, terminal: this.interactive });
    this.lines.once('close', () => (this.isOpen = false));
  }

  /** Prints a line above what is being typed, also after the end. Nothing in it reaches the terminal as a control. */
  print(text: string): void {
    if (this.interactive) {
      clearLine(this.output, 0);
      cursorTo(this.output, 0);
    }
    this.output.write(`${printable(text)}\n`);
    this.prompt(true);
  }

  /** Calls `onLine` for each line, one after another; resolves at the end of the input or with Ctrl-C, and is closed then. */
  async read(onLine: (line: string) => Promise<'quit' | undefined>): Promise<void> {
    this.lines.on('SIGINT', () => this.lines.close());
    this.prompt();
    try {
      for await (const line of this.lines) {
        if ((await onLine(line)) === 'quit') break;
        this.prompt();
      }
    } finally {
      // From here on Ctrl-C ends the process.
      this.close();
    }
  }

  close(): void {
    this.lines.close();
  }

  /** After the end a prompt would throw, or listen to the input again. */
  private prompt(keepCursor = false): void {
    if (this.interactive && this.isOpen) this.lines.prompt(keepCursor);
  }
}
