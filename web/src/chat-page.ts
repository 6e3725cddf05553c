import type { ChatClient, ConnectionStatus } from '@chat-app/client';
import { Conversations, type Shown, type Talk } from './conversations';
import { act, element } from './element';

const TICKS = { sending: '…', accepted: '✓', stored: '✓✓', failed: 'not sent' } as const;

/** The chat: conversations at the side, one of them open. */
export class ChatPage {
  readonly root = element('div', { className: 'chat' });
  readonly #conversations: Conversations;
  readonly #list = element('nav', { className: 'list', ariaLabel: 'Conversations' });
  readonly #dot = element('span', { className: 'dot' });
  readonly #fault = element('p', { className: 'fault quiet', role: 'alert' });
  readonly #title = element('strong', {});
  readonly #messages = element('div', { className: 'messages', ariaLive: 'polite' });
  readonly #text = element('textarea', { placeholder: 'Message', ariaLabel: 'Message' });

  constructor(client: ChatClient, username: string, onSignOut: () => void) {
    this.#conversations = new Conversations(client, () => this.#draw());
    client.on('connection', (status) => this.#showStatus(status));
    client.on('fault', (fault) => this.#showFault(fault.message));
    this.root.append(this.#side(username, onSignOut), this.#talk());
    this.#draw();
    act(
      () => this.#conversations.load(),
      (message) => this.#showFault(message),
    );
  }

  #side(username: string, onSignOut: () => void): HTMLElement {
    const name = element('input', {
      placeholder: 'User name, or title: name, name',
      ariaLabel: 'Start a conversation',
    });
    const start = async (): Promise<void> => {
      const [, title, names] = /^(.+?):(.+)$/.exec(name.value) ?? [];
      if (title === undefined || names === undefined) await this.#conversations.openWith(name.value.trim());
      else {
        await this.#conversations.createGroup(
          title.trim(),
          names.split(',').map((one) => one.trim()),
        );
      }
      name.value = '';
      this.#text.focus();
    };
    return element(
      'section',
      { className: 'side' },
      element(
        'header',
        {},
        this.#dot,
        element('strong', {}, username),
        element('button', { className: 'plain', onclick: onSignOut }, 'Log out'),
      ),
      this.#form(name, () => act(start, (message) => this.#showFault(message))),
      this.#fault,
      this.#list,
    );
  }

  #talk(): HTMLElement {
    const send = (): void => {
      if (this.#text.value.trim() === '') return;
      try {
        this.#conversations.send(this.#text.value);
        this.#text.value = '';
      } catch (thrown) {
        this.#showFault(thrown instanceof Error ? thrown.message : String(thrown));
      }
    };
    this.#text.onkeydown = (event) => {
      if (event.key !== 'Enter' || event.shiftKey) return;
      event.preventDefault();
      send();
    };
    const button = element('button', { type: 'submit' }, 'Send');
    return element(
      'section',
      { className: 'talk' },
      element('header', {}, this.#title),
      this.#messages,
      this.#form(this.#text, send, button),
    );
  }

  #form(field: HTMLElement, onSubmit: () => void, ...rest: HTMLElement[]): HTMLElement {
    const onsubmit = (event: SubmitEvent): void => {
      event.preventDefault();
      this.#showFault('');
      onSubmit();
    };
    return element('form', { onsubmit }, field, ...rest);
  }

  #showStatus(status: ConnectionStatus): void {
    this.#dot.className = status.state === 'online' ? 'dot online' : 'dot';
    this.#dot.title = status.reason === undefined ? status.state : `${status.state}: ${status.reason}`;
    this.#showFault(status.state === 'waiting' ? 'Not connected. Trying again.' : '');
  }

  #showFault(message: string): void {
    this.#fault.textContent = message;
  }

  #draw(): void {
    const { current, talks } = this.#conversations;
    const newestFirst = [...talks.values()].sort((a, b) => lastAt(b).localeCompare(lastAt(a)));
    this.#list.replaceChildren(...newestFirst.map((talk) => this.#entry(talk, talk === current)));
    this.#title.textContent = current?.title ?? '';
    if (current === undefined) {
      this.#messages.replaceChildren(element('p', { className: 'empty quiet' }, 'Type a user name to begin.'));
      return;
    }
    const older = element(
      'button',
      {
        className: 'plain',
        onclick: () =>
          act(
            () => this.#conversations.loadOlder(current),
            (message) => this.#showFault(message),
          ),
      },
      'Earlier messages',
    );
    const atEnd = this.#messages.scrollHeight - this.#messages.scrollTop - this.#messages.clientHeight < 80;
    this.#messages.replaceChildren(
      ...(current.complete || current.messages.length === 0 ? [] : [older]),
      ...current.messages.map((one) => this.#message(one)),
    );
    if (atEnd) this.#messages.scrollTop = this.#messages.scrollHeight;
  }

  #entry(talk: Talk, isCurrent: boolean): HTMLElement {
    const open = (): void =>
      act(
        () => this.#conversations.open(talk),
        (message) => this.#showFault(message),
      );
    const entry = element(
      'button',
      { onclick: open },
      element('span', {}, talk.title),
      talk.unread > 0 && element('span', { className: 'badge' }, String(talk.unread)),
      element('span', { className: 'last quiet' }, talk.messages.at(-1)?.content ?? ''),
    );
    entry.setAttribute('aria-current', String(isCurrent));
    return entry;
  }

  #message(message: Shown): HTMLElement {
    const own = message.sender_id === this.#conversations.client.userId;
    const time = new Date(message.sent_at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    const tick = own ? TICKS[message.state ?? 'stored'] : this.#conversations.nameOf(message.sender_id);
    const footer = element('footer', { title: message.reason ?? message.state ?? '' }, `${tick} ${time}`);
    const classes = ['message', own && 'own', message.state === 'failed' && 'failed'].filter(Boolean).join(' ');
    return element('article', { className: classes }, message.content, footer);
  }
}

function lastAt(talk: Talk): string {
  return talk.messages.at(-1)?.sent_at ?? '';
}
