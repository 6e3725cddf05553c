import type { Queryable, Statement } from '@chat-app/database';

/** Keeps when a pod last said that it runs; pods of an hour ago are forgotten. */
const REGISTER_INSTANCE: Statement = {
  name: 'register_instance',
  text: `
with forgotten as (
  delete from chat.instances where seen_at < now() - interval '1 hour' and id <> $1
)
insert into chat.instances (id, features) values ($1, $2::text[])
on conflict (id) do update set features = excluded.features, seen_at = now()`,
};
const DEREGISTER_INSTANCE: Statement = {
  name: 'deregister_instance',
  text: 'delete from chat.instances where id = $1',
};

/** The pod of this id runs and knows these features. */
export async function registerInstance(on: Queryable, id: string, features: readonly string[]): Promise<void> {
  await on.query(REGISTER_INSTANCE, [id, features]);
}

/** The pod of this id runs no more. */
export async function deregisterInstance(on: Queryable, id: string): Promise<void> {
  await on.query(DEREGISTER_INSTANCE, [id]);
}
