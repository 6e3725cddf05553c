import { login, register } from '@chat-app/client';
import { act, element } from './element';
import type { Session } from './saved-session';

/** The first page: who are you? */
export function signInPage(onSession: (session: Session) => void, notice = ''): HTMLElement {
  const username = element('input', { placeholder: 'User name', autocomplete: 'username', required: true });
  const password = element('input', {
    placeholder: 'Password',
    type: 'password',
    autocomplete: 'current-password',
    required: true,
  });
  const fault = element('p', { className: 'fault', role: 'alert' }, notice);
  const submit = (how: typeof login): void => {
    fault.textContent = '';
    const enter = async () => onSession(await how({ url: location.origin }, username.value, password.value));
    act(enter, (message) => (fault.textContent = message));
  };
  const form = element(
    'form',
    {
      className: 'sign-in',
      onsubmit: (event) => {
        event.preventDefault();
        submit(login);
      },
    },
    element('h1', {}, 'chat-app'),
    username,
    password,
    element(
      'div',
      { className: 'buttons' },
      element('button', { type: 'submit' }, 'Log in'),
      element('button', { type: 'button', className: 'plain', onclick: () => submit(register) }, 'Register'),
    ),
    fault,
  );
  queueMicrotask(() => username.focus());
  return form;
}
