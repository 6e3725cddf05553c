/** A conversation as somebody names it: by a user, by a group's title (or the beginning of its id), or by its id. */
export type Place = { readonly user: string } | { readonly group: string } | { readonly conversation_id: string };

/** What a line asks for. */
export type Command =
  /** `to` is absent where the line goes to where the last one went. */
  | { kind: 'say'; to: Place | undefined; content: string }
  | { kind: 'history'; of: Place | undefined }
  | { kind: 'group'; title: string; members: string[] }
  | { kind: 'add' | 'remove'; group: string; user: string }
  | { kind: 'leave' | 'accept' | 'decline'; group: string }
  | { kind: 'list' | 'help' | 'quit' | 'nothing' }
  | { kind: 'unknown'; what: string };

export const HELP = `  @user2 hello            sends "hello" to user2
  #team hello             sends "hello" to the group "team"
  hello again             sends to where you wrote last
  /history user2          shows the newest messages with user2; #team those of the group
  /list                   shows your conversations
  /group team user2 user3 makes a group of these; a title of several words with hyphens
  /add team user4         adds a member; /remove team user4 removes one
  /leave team             leaves the group
  /accept team            joins a group that you are invited to; /decline team does not
  /quit                   leaves the chat`;

/** Reads a line that somebody typed. */
export function readCommand(line: string): Command {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (text.startsWith('/')) return readSlash(text);
  const [, sign, name, content] = /^([@#])(\S+)\s+(.+)$/su.exec(text) ?? [];
  if (name !== undefined && content !== undefined) return { kind: 'say', to: placeOf(`${sign}${name}`), content };
  return /^[@#]/u.test(text) ? { kind: 'unknown', what: text } : { kind: 'say', to: undefined, content: text };
}

function readSlash(text: string): Command {
  const [name, ...words] = text.slice(1).split(/\s+/u) as [string, ...string[]];
  const [first, ...rest] = words;
  switch (name) {
    case 'history':
      return { kind: name, of: first === undefined ? undefined : placeOf(first) };
    case 'group':
      if (first === undefined) break;
      return { kind: name, title: plain(first).replaceAll('-', ' '), members: rest.map(plain) };
    case 'add':
    case 'remove':
      if (first === undefined || rest[0] === undefined) break;
      return { kind: name, group: plain(first), user: plain(rest[0]) };
    case 'leave':
    case 'accept':
    case 'decline':
      if (first === undefined) break;
      return { kind: name, group: plain(first) };
    case 'list':
    case 'help':
    case 'quit':
      return { kind: name };
  }
  return { kind: 'unknown', what: text };
}

function placeOf(word: string): Place {
  return word.startsWith('#') ? { group: plain(word) } : { user: plain(word) };
}

function plain(word: string): string {
  return word.replace(/^[@#]/u, '');
}
