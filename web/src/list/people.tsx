import type { Directory } from '@chat-app/client';
import { useEffect, useState } from 'preact/hooks';
import { useChat } from '../context';
import { Avatar } from '../icons';
import { t } from '../texts';

/** Who types on is not asked about yet, milliseconds. */
const PAUSE_MS = 200;
const MOST_PEOPLE = 8;

type Person = Directory['users'][number];

interface PeopleProps {
  typed: string;
  /** Names of people who are not offered. */
  except?: readonly string[];
  onChoose: (person: Person) => void;
}

/** People whose name begins with what is typed. Nobody where the operator turned the directory off. */
export function People({ typed, except = [], onChoose }: PeopleProps) {
  const people = usePeopleNamed(typed).filter(({ username }) => !except.includes(username));
  if (people.length === 0) return null;
  return (
    <ul class="people" aria-label={t.list.people}>
      {people.map((person) => (
        <li key={person.user_id}>
          <button type="button" onClick={() => onChoose(person)}>
            <Avatar name={person.username} id={person.user_id} />
            <bdi>{person.username}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What was found for the newest text; what is found for an older one is not shown. */
function usePeopleNamed(typed: string): readonly Person[] {
  const { client } = useChat();
  const [people, setPeople] = useState<readonly Person[]>([]);
  useEffect(() => {
    let isWanted = true;
    const show = (found: readonly Person[]): void => {
      if (isWanted) setPeople(found);
    };
    if (typed === '') show([]);
    // Without an answer the whole name still works.
    const timer =
      typed === ''
        ? undefined
        : setTimeout(() => void client.searchUsers(typed, MOST_PEOPLE).then(show, () => show([])), PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [client, typed]);
  return people;
}
