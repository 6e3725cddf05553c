import type { Queryable, Statement } from '@chat-app/database';
import { USER_OF_NAME } from '../../accounts/sql/user-of-name';
import type { NameKeys } from '../../accounts/username-key';

const FIND_CREDENTIALS: Statement = {
  name: 'find_credentials',
  text: `select id, password_hash, password_version, disabled_at is not null as disabled from auth.users where id = (${USER_OF_NAME})`,
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

/** Credentials of the user of this name. */
export async function findCredentials(on: Queryable, { exact, folded }: NameKeys): Promise<Credentials | undefined> {
  const [row] = await on.query<Credentials>(FIND_CREDENTIALS, [exact, folded]);
  return row;
}
