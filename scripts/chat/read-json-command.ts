import type { Command, Place } from './read-command';

/** A line of a script: what it says, and what its answer is to be known by. */
export interface JsonLine {
  readonly fields: Fields;
  readonly ref?: string | number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a line: one JSON object; undefined where it is empty. @throws TypeError that says what is wrong with it */
export function readJsonLine(line: string): JsonLine | undefined {
  if (line.trim() === '') return undefined;
  const fields = parse(line);
  const { ref } = fields;
  if (ref === undefined) return { fields };
  if (typeof ref !== 'string' && typeof ref !== 'number') throw new TypeError('ref: a text or a number');
  return { fields, ref };
}

/** What a line asks for, as the table of docs/terminal-chat.md says. @throws TypeError that says what is wrong with it */
export function readJsonCommand(fields: Fields): Command {
  const { command: kind } = fields;
  switch (kind) {
    case 'send':
      return { kind: 'say', to: placeOf(fields), content: text(fields, 'content') };
    case 'history':
      return { kind, of: placeOf(fields) };
    case 'group':
      return { kind, title: text(fields, 'title'), members: texts(fields, 'members') };
    case 'add':
    case 'remove':
      return { kind, group: text(fields, 'group'), user: text(fields, 'user') };
    case 'leave':
    case 'accept':
    case 'decline':
      return { kind, group: text(fields, 'group') };
    case 'list':
    case 'quit':
      return { kind };
    default:
      throw new TypeError('command: send, history, list, group, add, remove, leave, accept, decline or quit');
  }
}

function placeOf(fields: Fields): Place {
  const names = ['user', 'group', 'conversation_id'].filter((name) => fields[name] !== undefined);
  const [name] = names;
  if (names.length !== 1 || name === undefined) throw new TypeError('name one of user, group and conversation_id');
  return { [name]: text(fields, name) } as unknown as Place;
}

function parse(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TypeError('a line is one JSON object');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('a line is one JSON object');
  }
  return value as Fields;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name}: a text`);
  return value;
}

function texts(fields: Fields, name: string): string[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new TypeError(`${name}: a list of texts`);
}
