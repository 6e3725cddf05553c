import { useState } from 'preact/hooks';
import { useChat } from '../context';
import { Avatar, Icon } from '../icons';
import { t } from '../texts';
import { useObservable } from '../use-observable';

/** Who one is, whether one is connected, and what one can do. */
export function OwnHeader({ onCreateGroup, onSessions }: { onCreateGroup: () => void; onSessions: () => void }) {
  const { client, store, ownName, logOut } = useChat();
  const name = useObservable(store.userNames).get(client.userId) ?? ownName;
  const { state } = useObservable(store.connection);
  const online = state === 'online';
  const words = online ? t.connection.online : state === 'connecting' ? t.connection.connecting : t.connection.waiting;
  return (
    <header class="me">
      <Avatar name={name} id={client.userId} />
      <span class="who">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <small class={online ? 'state online' : 'state'}>{words.split('.')[0]}</small>
      </span>
      <button class="round" type="button" title={t.list.newGroup} aria-label={t.list.newGroup} onClick={onCreateGroup}>
        <Icon name="people" />
      </button>
      <NotifyButton />
      <button class="round" type="button" title={t.sessions.title} aria-label={t.sessions.title} onClick={onSessions}>
        <Icon name="devices" />
      </button>
      <button class="round" type="button" title={t.menu.logOut} aria-label={t.menu.logOut} onClick={logOut}>
        <Icon name="out" />
      </button>
    </header>
  );
}

/** Asks for the permission where it was neither given nor refused. */
function NotifyButton() {
  const [permission, setPermission] = useState(() =>
    'Notification' in globalThis && isSecureContext ? Notification.permission : 'denied',
  );
  if (permission !== 'default') return null;
  const ask = (): void => void Notification.requestPermission().then(setPermission);
  return (
    <button class="round" type="button" title={t.menu.notify} aria-label={t.menu.notify} onClick={ask}>
      <Icon name="bell" />
    </button>
  );
}
