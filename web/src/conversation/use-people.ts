import { useEffect, useState } from 'preact/hooks';
import { useChat } from '../context';
import { useObservable } from '../use-observable';

/** The names of the members of a conversation but the user's own, by id: those who can be mentioned in it. */
export function usePeople(id: string, isGroup: boolean): ReadonlyMap<string, string> {
  const { client, store } = useChat();
  const names = useObservable(store.userNames);
  const [ids, setIds] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!isGroup) return;
    let isHere = true;
    // Without an answer nobody is offered; the text is sent all the same.
    void client.conversations
      .members(id)
      .then(({ members }) => {
        if (!isHere) return;
        const others = members.map((member) => member.user_id).filter((userId) => userId !== client.userId);
        others.forEach((userId) => store.wantName(userId));
        setIds(others);
      })
      .catch(() => undefined);
    return () => {
      isHere = false;
    };
  }, [client, store, id, isGroup]);
  return new Map(ids.flatMap((userId) => (names.has(userId) ? [[userId, names.get(userId) ?? '']] : [])));
}
