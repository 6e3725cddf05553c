import { useRef } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { People } from '../list/people';
import { useObservable } from '../use-observable';
import { t } from '../texts';

interface PeopleFieldProps {
  /** Names that were chosen. */
  names: readonly string[];
  /** What is being typed after them. */
  typed: string;
  onChange: (names: readonly string[], typed: string) => void;
}

/** The names in a text: separated by commas, and no name twice. */
export function withNames(names: readonly string[], text: string): string[] {
  const more = text.split(/[,\n]/).map((name) => name.trim());
  return [...new Set([...names, ...more])].filter((name) => name !== '');
}

/** Where one chooses people: offered as one types, or by their whole name and Enter or a comma. Backspace takes the last away. */
export function PeopleField({ names, typed, onChange }: PeopleFieldProps) {
  const { client, store } = useChat();
  const field = useRef<HTMLInputElement>(null);
  const own = useObservable(store.userNames).get(client.userId) ?? '';
  const change = (next: readonly string[], text = ''): void => {
    onChange(next, text);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Enter' && typed.trim() !== '') change(withNames(names, typed));
    else if (event.key === 'Backspace' && typed === '' && names.length > 0) change(names.slice(0, -1));
    else return;
    event.preventDefault();
  };
  return (
    <div class="people-field">
      {names.length > 0 && (
        <ul class="chosen" aria-label={t.group.chosen}>
          {names.map((name) => (
            <li key={name}>
              <bdi>{name}</bdi>
              <button
                type="button"
                aria-label={t.group.remove(name)}
                title={t.group.remove(name)}
                onClick={() => change(names.filter((one) => one !== name))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <label>
        {t.group.people}
        <input
          ref={field}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={typed}
          onInput={({ currentTarget: { value } }) =>
            value.includes(',') ? change(withNames(names, value)) : onChange(names, value)
          }
          onKeyDown={onKeyDown}
        />
      </label>
      <People
        typed={typed.trim()}
        except={[...names, own]}
        onChoose={({ username }) => change(withNames(names, username))}
      />
    </div>
  );
}
