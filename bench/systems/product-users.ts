/** Users of the product that are written into its database, with tokens signed by its key, so that a load begins at once. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { silentLogger } from '@chat-app/platform';
import { createTokenSigner, type TokenSigner } from '@chat-app/tokens';

const TOKEN_TTL_S = 36_000;

export class ProductUsers {
  readonly #signer: TokenSigner;

  /** `directory` is that of the running services. */
  constructor(
    directory: string,
    private readonly databaseUrl: string,
  ) {
    this.#signer = createTokenSigner({
      directory: join(directory, 'signing-keys'),
      issuer: 'chat-app',
      audience: 'chat-app',
      accessTtlS: TOKEN_TTL_S,
      publishBeforeUseS: 0,
      logger: silentLogger,
    });
  }

  /** The id of a user, and of its one session. */
  idOf(user: number): string {
    const digits = createHash('sha256').update(`bench ${user}`).digest('hex');
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `8${digits.slice(17, 20)}`,
      digits.slice(20, 32),
    ].join('-');
  }

  tokenOf(user: number): string {
    const id = this.idOf(user);
    return this.#signer.sign({ userId: id, sessionId: id }).token;
  }

  /** Makes users 0 … count - 1, where they are not there. */
  async create(count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, user) => this.idOf(user));
    await this.query(
      `with given as (select id, 'bench' || n as name from unnest($1::uuid[]) with ordinality g (id, n)), made as (
         insert into auth.users (id, username, username_key, password_hash) select id, name, name, 'x' from given
         on conflict do nothing)
       insert into auth.sessions (id, user_id, expires_at) select id, id, now() + interval '1 day' from given
       on conflict do nothing`,
      [ids],
    );
  }

  /** Runs a statement as superuser. */
  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }
}
