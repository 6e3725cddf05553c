import './without-eval';
import { createChatClient, getUser } from '@chat-app/client';
import { ChatPage } from './chat-page';
import { forgetSession, savedSession, saveSession, type Session } from './saved-session';
import { signInPage } from './sign-in';

function show(page: HTMLElement): void {
  document.body.replaceChildren(page);
}

function askForSession(notice?: string): void {
  forgetSession();
  show(signInPage((session) => void begin(session), notice));
}

async function begin(session: Session): Promise<void> {
  saveSession(session);
  try {
    const user = await getUser({ url: location.origin }, session.token, session.user_id).catch(() => undefined);
    const client = await createChatClient({ url: location.origin, session, storage: sessionStorage });
    client.on('session', saveSession);
    client.on('connection', ({ state, reason }) => {
      if (state === 'signed_out' || state === 'refused') askForSession(reason ?? 'Please log in again.');
    });
    const signOut = (): void => {
      client.logout().then(
        () => askForSession(),
        () => askForSession('Logged out here; the server could not be told.'),
      );
    };
    show(new ChatPage(client, user?.username ?? session.user_id, signOut).root);
  } catch (thrown) {
    askForSession(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const session = savedSession();
if (session === undefined) askForSession();
else void begin(session);
