import type { SessionsApi } from '@chat-app/client';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { dates, useChat } from '../context';
import { Dialog } from '../group/dialog';
import { faultText, t } from '../texts';
import { describeUserAgent } from './describe-user-agent';
import { EndSession } from './end-session';
import { LastSeenSetting } from './last-seen-setting';

type Session = Awaited<ReturnType<SessionsApi['list']>>[number];

/** Where one is logged in, and the end of it on other devices. */
export function OwnSessions({ onClose }: { onClose: () => void }) {
  const { client } = useChat();
  const [sessions, setSessions] = useState<Session[]>();
  const [fault, setFault] = useState('');
  // One other session that is to end, or all of them.
  const [ending, setEnding] = useState<Session | 'others'>();
  const load = useCallback(async (): Promise<void> => {
    try {
      setSessions(await client.sessions.list());
      setFault('');
    } catch (thrown) {
      setFault(faultText(thrown));
    }
  }, [client]);
  useEffect(() => void load(), [load]);
  const end = async (password: string): Promise<void> => {
    if (ending === 'others') await client.sessions.endOthers(password);
    else if (ending !== undefined) await client.sessions.end(ending.session_id, password);
    setEnding(undefined);
    await load();
  };
  const others = sessions?.filter(({ current }) => !current) ?? [];
  return (
    <Dialog title={t.sessions.title} onClose={onClose}>
      {sessions === undefined && fault === '' && <p>{t.list.loading}</p>}
      <ul class="members">
        {sessions?.map((session) => (
          <Row key={session.session_id} session={session} onEnd={() => setEnding(session)} />
        ))}
      </ul>
      {fault !== '' && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {ending !== undefined && (
        <EndSession
          key={ending === 'others' ? ending : ending.session_id}
          what={ending === 'others' ? t.sessions.allOthers(others.length) : nameOf(ending)}
          onEnd={end}
          onCancel={() => setEnding(undefined)}
        />
      )}
      {ending === undefined && others.length > 0 && (
        <div class="buttons">
          <button type="button" onClick={() => setEnding('others')}>
            {t.sessions.endOthers}
          </button>
        </div>
      )}
      {client.has('last_seen') && <LastSeenSetting />}
    </Dialog>
  );
}

function Row({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const name = nameOf(session);
  return (
    <li>
      <span class="who">
        <bdi>{name}</bdi>{' '}
        <small title={dates.full(session.created_at)}>
          {session.current ? t.sessions.current : t.sessions.lastUsed(dates.short(session.last_used_at))}
        </small>
      </span>
      {!session.current && (
        <button type="button" aria-label={t.sessions.endOne(name)} onClick={onEnd}>
          {t.menu.logOut}
        </button>
      )}
    </li>
  );
}

function nameOf({ device_name, user_agent }: Session): string {
  return device_name ?? (user_agent === undefined ? t.sessions.unknown : describeUserAgent(user_agent));
}
