import type { InvitationView } from '@chat-app/client/store';
import { useState } from 'preact/hooks';
import { useChat } from '../context';
import { openConversation } from '../route';
import { sentence } from '../sentence';
import { faultText, t } from '../texts';
import { useObservable } from '../use-observable';

/** The groups to which one is invited, above the conversations. */
export function Invitations() {
  const { store } = useChat();
  const invitations = useObservable(store.invitations);
  if (invitations.length === 0) return null;
  return (
    <section class="invitations" aria-label={t.invitations.title}>
      <h2>{t.invitations.title}</h2>
      <ul>
        {invitations.map((one) => (
          <Invitation key={one.conversation_id} invitation={one} />
        ))}
      </ul>
    </section>
  );
}

function Invitation({ invitation }: { invitation: InvitationView }) {
  const { store } = useChat();
  const names = useObservable(store.userNames);
  const [fault, setFault] = useState('');
  const { conversation_id: id, title, invited_by } = invitation;
  const answer = (work: Promise<void>, done: () => void): void => {
    setFault('');
    work.then(done, (thrown: unknown) => setFault(faultText(thrown)));
  };
  return (
    <li>
      <strong dir="auto">{title}</strong>
      <span>{sentence(t.invitations.by, names.get(invited_by) ?? '…')}</span>
      <span class="buttons">
        <button
          type="button"
          aria-label={t.invitations.declineOf(title)}
          onClick={() => confirm(t.invitations.declineSure) && answer(store.decline(id), () => undefined)}
        >
          {t.invitations.decline}
        </button>
        <button
          type="button"
          class="primary"
          aria-label={t.invitations.acceptOf(title)}
          onClick={() => answer(store.accept(id), () => openConversation(id))}
        >
          {t.invitations.accept}
        </button>
      </span>
      <p class="fault" role="alert">
        {fault}
      </p>
    </li>
  );
}
