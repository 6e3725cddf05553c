import { useEffect, useState } from 'preact/hooks';
import { useChat } from '../context';

/** Says new messages of the open conversation to those who cannot see them come. */
export function Announcer({ id, userId }: { id: string; userId: string }) {
  const { client, store } = useChat();
  const [said, say] = useState('');
  useEffect(
    () =>
      client.on('message', ({ conversation_id, sender_id, content }) => {
        if (conversation_id !== id || sender_id === userId) return;
        say(`${store.userNames.get().get(sender_id) ?? ''}: ${content.slice(0, 300)}`);
      }),
    [client, store, id, userId],
  );
  return (
    <p class="unseen" aria-live="polite">
      {said}
    </p>
  );
}
