import type { MessageView } from '@chat-app/client/store';
import type { ComponentChildren } from 'preact';
import { useContext, useRef } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { t } from '../texts';
import { ActionsContext } from './actions';
import { isSettled } from './is-settled';
import { moveFocus, openAt } from './place-popover';

/** What can be done with a message. Nothing is drawn where nothing can be. */
export function MessageMenu({ message }: { message: MessageView }) {
  const { client, store } = useChat();
  const { isOwner, edit, reply } = useContext(ActionsContext);
  const { own } = message;
  if (!isSettled(message)) return null;
  const canChange = client.has('edited') && client.has('deleted');
  const mayDelete = canChange && (own || isOwner);
  const mayReply = client.has('reply');
  if (!mayDelete && !mayReply) return null;
  return (
    <Menu label={t.message.menu}>
      {mayReply && (
        <button type="button" role="menuitem" onClick={() => reply(message)}>
          <Icon name="reply" />
          {t.message.reply}
        </button>
      )}
      {canChange && own && (
        <button type="button" role="menuitem" onClick={() => edit(message)}>
          <Icon name="pencil" />
          {t.message.edit}
        </button>
      )}
      {mayDelete && (
        <button
          type="button"
          role="menuitem"
          class="danger"
          onClick={({ currentTarget }) => {
            if (!confirm(t.message.deleteSure)) return;
            // The menu goes with what was deleted: who uses the keyboard stays among the messages.
            currentTarget.closest<HTMLElement>('.messages')?.focus({ preventScroll: true });
            store.delete(message);
          }}
        >
          <Icon name="bin" />
          {t.message.delete}
        </button>
      )}
    </Menu>
  );
}

/** A button and what it opens: Escape, a click elsewhere and a choice close it. */
export function Menu({ label, children }: { label: string; children: ComponentChildren }) {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  return (
    <div>
      <button
        ref={button}
        class="round"
        type="button"
        aria-haspopup="menu"
        aria-label={label}
        title={label}
        onClick={() => openAt(menu.current, button.current)}
      >
        <Icon name="more" />
      </button>
      <div
        ref={menu}
        class="menu"
        popover="auto"
        role="menu"
        aria-label={label}
        onClick={() => menu.current?.hidePopover()}
        onKeyDown={(event) => moveFocus(event, 'ArrowUp', 'ArrowDown')}
      >
        {children}
      </div>
    </div>
  );
}
