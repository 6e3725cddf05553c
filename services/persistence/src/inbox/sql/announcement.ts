/** The current numbering. */
export const CURRENT_EPOCH = '(select e.epoch from chat.epochs e order by e.number desc limit 1)';

/** Of the features in a parameter those that every running pod has. */
export function commonFeatures(parameter: string): string {
  return `array(
    select f.name from unnest(${parameter}::text[]) f (name)
    where not exists (
      select from chat.instances i
      where i.seen_at > now() - interval '1 minute' and not f.name = any (i.features)
    ) order by f.name collate "C"
  )`;
}
