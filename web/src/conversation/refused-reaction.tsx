import { useEffect, useState } from 'preact/hooks';
import { useChat } from '../context';
import { faultText, t } from '../texts';

/** How long it is said why a reaction is gone again, milliseconds. */
const SHOWN_MS = 6_000;

/** Says why an own reaction to a message of the open conversation was refused: the store has undone it. */
export function RefusedReaction({ id }: { id: string }) {
  const { client } = useChat();
  const [said, say] = useState('');
  useEffect(
    () =>
      client.on('change_state', ({ conversation_id, change, state, code = 'internal' }) => {
        if (conversation_id !== id || change !== 'react' || state !== 'failed') return;
        say(`${t.reactions.refused}: ${faultText({ code })}`);
      }),
    [client, id],
  );
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => say(''), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <p class="toast" role="status">
      {said}
    </p>
  );
}
