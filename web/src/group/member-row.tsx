import type { Members } from '@chat-app/client';
import { Avatar, Icon } from '../icons';
import { PresenceDot } from '../presence';
import { t } from '../texts';

type Member = Members['members'][number];

interface MemberRowProps {
  member: Member;
  name: string;
  isSelf: boolean;
  mayChange: boolean;
  onRole: (role: Member['role']) => void;
  onRemove: () => void;
}

/** One member of a group, with what an owner may do about them. */
export function MemberRow({ member, name, isSelf, mayChange, onRole, onRemove }: MemberRowProps) {
  return (
    <li>
      <Avatar name={name} id={member.user_id} />
      <PresenceDot userId={member.user_id} />
      <span class="who">
        <bdi>{name}</bdi> {isSelf && <small>({t.conversation.you})</small>}
      </span>
      {mayChange ? (
        <select
          aria-label={t.group.role(name)}
          value={member.role}
          onChange={(event) => onRole(event.currentTarget.value as Member['role'])}
        >
          <option value="owner">{t.group.owner}</option>
          <option value="member">{t.group.member}</option>
        </select>
      ) : (
        <small>{t.group[member.role]}</small>
      )}
      {mayChange && !isSelf && (
        <button
          class="round"
          type="button"
          aria-label={t.group.remove(name)}
          title={t.group.remove(name)}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}
