import { useState } from 'preact/hooks';
import { useChat } from '../context';
import { CreateGroup } from '../group/create-group';
import { Icon } from '../icons';
import { openConversation } from '../route';
import { OwnSessions } from '../session/own-sessions';
import { faultText, t } from '../texts';
import { useObservable } from '../use-observable';
import { ConversationEntry, titleOf } from './conversation-entry';
import { Invitations } from './invitations';
import { OwnHeader } from './own-header';
import { People } from './people';

/** The conversations, and how one finds and begins them. */
export function ListPane({ open }: { open: string | undefined }) {
  const { store } = useChat();
  const [wanted, setWanted] = useState('');
  const [fault, setFault] = useState('');
  const [creating, setCreating] = useState(false);
  const [showingSessions, setShowingSessions] = useState(false);
  const begin = async (name: string): Promise<void> => {
    setFault('');
    try {
      openConversation(await store.openDirect(name));
      setWanted('');
    } catch (thrown) {
      setFault(faultText(thrown));
    }
  };
  const name = wanted.trim();
  return (
    <nav class="list-pane" aria-label={t.list.title}>
      <OwnHeader onCreateGroup={() => setCreating(true)} onSessions={() => setShowingSessions(true)} />
      <form
        class="find"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== '') void begin(name);
        }}
      >
        <input
          type="search"
          aria-label={t.list.find}
          placeholder={t.list.findHint}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={wanted}
          onInput={(event) => {
            setWanted(event.currentTarget.value);
            setFault('');
          }}
        />
        {name !== '' && (
          <button class="start" type="submit">
            <Icon name="plus" /> <bdi>{t.list.start(name)}</bdi>
          </button>
        )}
        <p class="fault" role="alert">
          {fault}
        </p>
        <People
          typed={name}
          onChoose={(person) => {
            openConversation(store.openDirectWith(person));
            setWanted('');
          }}
        />
      </form>
      <Invitations />
      <Entries open={open} wanted={name} />
      {creating && <CreateGroup onClose={() => setCreating(false)} />}
      {showingSessions && <OwnSessions onClose={() => setShowingSessions(false)} />}
    </nav>
  );
}

function Entries({ open, wanted }: { open: string | undefined; wanted: string }) {
  const { store } = useChat();
  const conversations = useObservable(store.conversations);
  const names = useObservable(store.userNames);
  const status = useObservable(store.listStatus);
  const sought = wanted.toLocaleLowerCase();
  const fitting = conversations.filter(
    (one) => sought === '' || titleOf(one, names).toLocaleLowerCase().includes(sought),
  );
  return (
    <div class="entries">
      {status.fault !== undefined && (
        <p class="quiet">
          {t.list.failed}{' '}
          <button class="link" type="button" onClick={() => void store.load()}>
            {t.list.retry}
          </button>
        </p>
      )}
      {conversations.length === 0 && status.fault === undefined && (
        <p class="quiet">{status.loaded ? t.list.empty : t.list.loading}</p>
      )}
      <ul>
        {fitting.map((one) => (
          <ConversationEntry key={one.conversation_id} conversation={one} isOpen={one.conversation_id === open} />
        ))}
      </ul>
      {status.more && (
        <button class="link more" type="button" onClick={() => void store.loadMore()}>
          {t.list.more}
        </button>
      )}
    </div>
  );
}
