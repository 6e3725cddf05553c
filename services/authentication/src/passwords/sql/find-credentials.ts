import type { Queryable, Statement } from '@chat-app/database';
import { USER_OF_NAME } from '../../accounts/sql/user-of-name';
import type { NameKeys } from '../../accounts/username-key';

const FIND_CREDENTIALS: Statement = {
  name: 'find_credentials',
  text: `
    select id, password_hash, password_version, disabled_at is not null as disabled,
      case when initial_password_until is null then 'own' when initial_password_until > clock_timestamp() then 'initial'
        else 'expired' end as password_kind
    from auth.users where id = (${USER_OF_NAME})`,
};

/** What a password is verified against. */
export interface Credentials {
  id: string;
  password_hash: string;
  /** Counts password changes. */
  password_version: number;
  /** By an operator: may not log in. */
  disabled: boolean;
}

/** The same, as it is asked for to log in. */
export interface LoginCredentials extends Credentials {
  /** Of the user's own; or set by an operator, to be changed; or so, and never changed while it could be. */
  password_kind: 'own' | 'initial' | 'expired';
}

/** Credentials of the user of this name. */
export async function findCredentials(
  on: Queryable,
  { exact, folded }: NameKeys,
): Promise<LoginCredentials | undefined> {
  const [row] = await on.query<LoginCredentials>(FIND_CREDENTIALS, [exact, folded]);
  return row;
}
