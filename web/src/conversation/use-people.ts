import { useEffect, useRef, useState } from 'preact/hooks';
import { useChat } from '../context';
import { useObservable } from '../use-observable';

/**
 * The names of the members of a conversation but the user's own, by id: those who can be mentioned in it. Asked for anew whenever
 * one begins to write a name: who joins a group the other members are not told.
 */
export function usePeople(id: string, isGroup: boolean, isNaming: boolean): ReadonlyMap<string, string> {
  const { client, store } = useChat();
  const names = useObservable(store.userNames);
  const [ids, setIds] = useState<readonly string[]>([]);
  const questions = useRef(0);
  useEffect(() => {
    if (!isGroup || (questions.current > 0 && !isNaming)) return;
    const question = (questions.current += 1);
    // Without an answer nobody is offered; the text is sent all the same.
    void client.conversations
      .members(id)
      .then(({ members }) => {
        if (question !== questions.current) return;
        const others = members.map((member) => member.user_id).filter((userId) => userId !== client.userId);
        others.forEach((userId) => store.wantName(userId));
        setIds(others);
      })
      .catch(() => undefined);
  }, [client, store, id, isGroup, isNaming]);
  return new Map(ids.flatMap((userId) => (names.has(userId) ? [[userId, names.get(userId) ?? '']] : [])));
}
