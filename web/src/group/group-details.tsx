import type { Members } from '@chat-app/client';
import type { ConversationView } from '@chat-app/client/store';
import { useEffect, useState } from 'preact/hooks';
import { useChat } from '../context';
import { useShownPresence } from '../presence';
import { faultText, t } from '../texts';
import { People } from '../list/people';
import { useObservable } from '../use-observable';
import { Dialog } from './dialog';
import { InvitedList } from './invited-list';
import { LeaveButtons } from './leave-buttons';
import { MemberRow } from './member-row';

type Member = Members['members'][number];
type Invited = NonNullable<Members['invited']>;

/** Who is in a group; its owners change that, and its name. */
export function GroupDetails({ conversation, onClose }: { conversation: ConversationView; onClose: () => void }) {
  const { client, store } = useChat();
  const names = useObservable(store.userNames);
  const [members, setMembers] = useState<readonly Member[]>([]);
  useShownPresence(members.map(({ user_id }) => user_id));
  const [invited, setInvited] = useState<Invited>([]);
  const [fault, setFault] = useState('');
  const { conversation_id: id } = conversation;
  const isOwner = conversation.role === 'owner';
  const load = async (): Promise<void> => {
    const answer = await client.conversations.members(id);
    const asked = answer.invited ?? [];
    for (const { user_id } of [...answer.members, ...asked]) store.wantName(user_id);
    setMembers(answer.members);
    setInvited(asked);
  };
  /** Does something on the server, and shows what it made of it. */
  const act = (work: () => Promise<unknown>): void => {
    setFault('');
    work()
      .then(() => Promise.all([load(), store.refresh(id)]))
      .catch((thrown: unknown) => setFault(faultText(thrown)));
  };
  useEffect(() => act(async () => undefined), [id]);
  return (
    <Dialog title={conversation.title ?? ''} onClose={onClose}>
      {isOwner && (
        <RenameForm
          title={conversation.title ?? ''}
          onRename={(title) => act(() => client.conversations.rename(id, title))}
        />
      )}
      <h3>
        {t.group.members} <small>{members.length > 0 && t.conversation.members(members.length)}</small>
      </h3>
      <ul class="members">
        {members.map((member) => (
          <MemberRow
            key={member.user_id}
            member={member}
            name={names.get(member.user_id) ?? '…'}
            isSelf={member.user_id === client.userId}
            mayChange={isOwner}
            onRole={(role) => act(() => client.conversations.putMember(id, member.user_id, role))}
            onRemove={() => act(() => client.conversations.removeMember(id, member.user_id))}
          />
        ))}
      </ul>
      {invited.length > 0 && (
        <InvitedList
          invited={invited}
          mayChange={isOwner}
          onWithdraw={(userId) => act(() => client.conversations.removeMember(id, userId))}
        />
      )}
      {isOwner && (
        <AddForm
          members={members.flatMap(({ user_id }) => names.get(user_id) ?? [])}
          onAdd={async (name) => {
            const user = await client.findUser(name);
            await client.conversations.putMember(id, user.user_id);
            await Promise.all([load(), store.refresh(id)]);
          }}
          onFault={setFault}
        />
      )}
      <p class="fault" role="alert">
        {fault}
      </p>
      <LeaveButtons id={id} onClose={onClose} onFault={setFault} />
    </Dialog>
  );
}

function RenameForm({ title, onRename }: { title: string; onRename: (title: string) => void }) {
  const [text, setText] = useState(title);
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onRename(text.trim());
      }}
    >
      <input
        aria-label={t.group.title}
        dir="auto"
        maxLength={200}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit">{t.group.rename}</button>
    </form>
  );
}

interface AddFormProps {
  /** Names of those who are members already. */
  members: readonly string[];
  onAdd: (name: string) => Promise<void>;
  onFault: (text: string) => void;
}

function AddForm({ members, onAdd, onFault }: AddFormProps) {
  const [name, setName] = useState('');
  const add = async (wanted: string): Promise<void> => {
    onFault('');
    try {
      await onAdd(wanted);
      setName('');
    } catch (thrown) {
      onFault(faultText(thrown));
    }
  };
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') void add(name.trim());
      }}
    >
      <input
        aria-label={t.group.addName}
        placeholder={t.group.addName}
        autocapitalize="none"
        spellcheck={false}
        autocomplete="off"
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit">{t.group.add}</button>
      <People typed={name.trim()} except={members} onChoose={({ username }) => void add(username)} />
    </form>
  );
}
