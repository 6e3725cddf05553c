import type { MessageView } from '@chat-app/client/store';
import type { ComponentChildren } from 'preact';
import { useContext, useRef } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { t } from '../texts';
import { ActionsContext } from './actions';

/** Space between the menu and the edge of the window, pixels. */
const MARGIN_PX = 8;

/** What can be done with a message. Nothing is drawn where nothing can be. */
export function MessageMenu({ message }: { message: MessageView }) {
  const { client, store } = useChat();
  const { isOwner, edit, reply } = useContext(ActionsContext);
  const { own, state, deleted_at } = message;
  const isSettled = state !== 'sending' && state !== 'failed';
  if (!isSettled || deleted_at !== undefined) return null;
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
          onClick={() => confirm(t.message.deleteSure) && store.delete(message)}
        >
          <Icon name="bin" />
          {t.message.delete}
        </button>
      )}
    </Menu>
  );
}

/** A button and what it opens: Escape, a click elsewhere and a choice close it. */
export function Menu({
  label,
  place: where = 'message-menu',
  children,
}: {
  label: string;
  place?: string;
  children: ComponentChildren;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const open = (): void => {
    if (button.current === null || menu.current === null) return;
    menu.current.showPopover();
    place(menu.current, button.current.getBoundingClientRect());
    menu.current.querySelector('button')?.focus();
  };
  return (
    <div class={where}>
      <button
        ref={button}
        class="round"
        type="button"
        aria-haspopup="menu"
        aria-label={label}
        title={label}
        onClick={open}
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
        onKeyDown={moveFocus}
      >
        {children}
      </div>
    </div>
  );
}

/** Below the button, or above where there is no room, and within the window. */
function place(menu: HTMLElement, button: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + height + MARGIN_PX <= innerHeight;
  const left = Math.min(Math.max(MARGIN_PX, button.right - width), innerWidth - width - MARGIN_PX);
  menu.style.top = `${below ? button.bottom : Math.max(MARGIN_PX, button.top - height)}px`;
  menu.style.left = `${left}px`;
}

function moveFocus(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const at = items.indexOf(document.activeElement as HTMLButtonElement);
  items[(at + step + items.length) % items.length]?.focus();
}
