/** What a line typed into the terminal asks for. */
export type Command =
  /** `to` is absent where the line goes to whom the last one went. */
  | { kind: 'say'; to: string | undefined; content: string }
  | { kind: 'history'; of: string | undefined }
  | { kind: 'list' | 'help' | 'quit' | 'nothing' }
  | { kind: 'unknown'; what: string };

export const HELP = `  @user2 hello      sends "hello" to user2
  hello again       sends to whom you wrote last
  /history user2    shows the newest messages with user2
  /list             shows your conversations
  /quit             leaves`;

/** Reads a line. */
export function readCommand(line: string): Command {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  const [, to, content] = /^@(\S+)\s+(.+)$/su.exec(text) ?? [];
  if (to !== undefined && content !== undefined) return { kind: 'say', to, content };
  const [, name, argument] = /^\/(\S+)(?:\s+@?(\S+))?/u.exec(text) ?? [];
  switch (name) {
    case undefined:
      return text.startsWith('@') ? { kind: 'unknown', what: text } : { kind: 'say', to: undefined, content: text };
    case 'history':
      return { kind: 'history', of: argument };
    case 'list':
    case 'help':
    case 'quit':
      return { kind: name };
    default:
      return { kind: 'unknown', what: `/${name}` };
  }
}
