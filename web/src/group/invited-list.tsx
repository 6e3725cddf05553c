import type { Members } from '@chat-app/client';
import { useChat } from '../context';
import { Avatar, Icon } from '../icons';
import { t } from '../texts';
import { useObservable } from '../use-observable';

interface InvitedListProps {
  invited: NonNullable<Members['invited']>;
  mayChange: boolean;
  onWithdraw: (userId: string) => void;
}

/** Who was invited to a group and has not answered. */
export function InvitedList({ invited, mayChange, onWithdraw }: InvitedListProps) {
  const names = useObservable(useChat().store.userNames);
  return (
    <>
      <h3>{t.group.invited}</h3>
      <ul class="members">
        {invited.map(({ user_id }) => {
          const name = names.get(user_id) ?? '…';
          return (
            <li key={user_id}>
              <Avatar name={name} id={user_id} />
              <span class="who">
                <bdi>{name}</bdi>
              </span>
              {mayChange && (
                <button
                  class="round"
                  type="button"
                  aria-label={t.group.withdraw(name)}
                  title={t.group.withdraw(name)}
                  onClick={() => onWithdraw(user_id)}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
