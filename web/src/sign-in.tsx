import { login, register } from '@chat-app/client';
import { useState } from 'preact/hooks';
import { baseUrl } from './base-url';
import { formText } from './form-text';
import { deviceProof, keepDeviceProof } from './session/device-proof';
import { beginSession, type SavedSession } from './session/saved-session';
import { chooseLanguage, chosenLanguage, faultText, LANGUAGES, t } from './texts';

const service = { url: baseUrl() };

/** Shorter ones the server does not take as new ones. */
const SHORTEST_PASSWORD = 8;

/** The first page: who are you? */
export function SignIn({ notice, onSession }: { notice: string; onSession: (session: SavedSession) => void }) {
  const [isNew, setNew] = useState(false);
  const [working, setWorking] = useState(false);
  const [fault, setFault] = useState('');
  // The password was set by an operator: it is changed in the log-in itself.
  const [isInitial, setInitial] = useState(false);
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const [name, password] = [formText(form, 'username').trim(), formText(form, 'password')];
    const missing = missingIn(form, isNew);
    setFault(missing?.text ?? '');
    if (missing !== undefined) return missing.field.focus();
    setWorking(true);
    try {
      const session = isNew
        ? await register(service, name, password)
        : await login(service, name, password, deviceProof(name), isInitial ? formText(form, 'new') : undefined);
      keepDeviceProof(name, session.device_proof);
      onSession(beginSession(session, name));
    } catch (thrown) {
      setWorking(false);
      if ((thrown as { code?: string }).code === 'password_change_required') setInitial(true);
      else setFault(refusalText(thrown, isNew || isInitial));
    }
  };
  return (
    <main class="sign-in">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <Logo />
        <h1>{t.signIn.title}</h1>
        {notice !== '' && <p class="notice">{notice}</p>}
        <label>
          {t.signIn.name}
          <input
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            maxLength={256}
          />
          {isNew && <small>{t.signIn.nameHint}</small>}
        </label>
        <label>
          {t.signIn.password}
          <input name="password" type="password" autocomplete={isNew ? 'new-password' : 'current-password'} required />
          {isNew && <small>{t.signIn.passwordHint}</small>}
        </label>
        {isInitial && <NewPassword />}
        <p class="fault" role="alert">
          {fault}
        </p>
        <button class="primary" type="submit" disabled={working}>
          {working ? t.signIn.working : isNew ? t.signIn.register : t.signIn.logIn}
        </button>
        <button
          class="link"
          type="button"
          onClick={() => {
            setNew(!isNew);
            setInitial(false);
            setFault('');
          }}
        >
          {isNew ? t.signIn.toLogIn : t.signIn.toRegister}
        </button>
        <LanguageChoice />
      </form>
    </main>
  );
}

function NewPassword() {
  return (
    <label>
      {t.signIn.newPassword}
      <input name="new" type="password" autocomplete="new-password" autofocus required minLength={SHORTEST_PASSWORD} />
      <small role="status">
        {t.signIn.initialPassword} {t.signIn.passwordHint}
      </small>
    </label>
  );
}

/** The first field that is not filled in as it has to be, and what it wants in the page's own words. */
function missingIn(form: HTMLFormElement, isNew: boolean): { field: HTMLInputElement; text: string } | undefined {
  for (const field of form.querySelectorAll('input')) {
    const isPassword = field.type === 'password';
    if (!isPassword && field.value.trim() === '') return { field, text: t.signIn.needName };
    if (isPassword && field.value === '') return { field, text: t.signIn.needPassword };
    const isChosen = isPassword && (isNew || field.name === 'new');
    if (isChosen && field.value.length < SHORTEST_PASSWORD) return { field, text: t.signIn.passwordHint };
  }
  return undefined;
}

/** What was wrong with a name or a password is said by the rules, not by the server's code. */
function refusalText(thrown: unknown, isNew: boolean): string {
  const { code } = thrown as { code?: string };
  if (isNew && code === 'invalid_request') return `${t.signIn.nameHint} ${t.signIn.passwordHint}`;
  return faultText(thrown);
}

function LanguageChoice() {
  return (
    <label class="language">
      {t.menu.language}
      <select value={chosenLanguage()} onChange={(event) => chooseLanguage(event.currentTarget.value)}>
        {Object.entries(LANGUAGES).map(([tag, texts]) => (
          <option key={tag} value={tag} lang={tag}>
            {texts.language}
          </option>
        ))}
      </select>
    </label>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M8 5h16a4 4 0 0 1 4 4v9a4 4 0 0 1-4 4h-9l-6 5.5V22H8a4 4 0 0 1-4-4V9a4 4 0 0 1 4-4z" />
    </svg>
  );
}
