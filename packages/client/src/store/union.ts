/** Joins a piece with a run that shares a message with it: the run's order counts, the piece's versions do. */
export function union<M extends { readonly message_id: string }>(piece: readonly M[], run: readonly M[]): M[] {
  const known = new Map(piece.map((one) => [one.message_id, one]));
  const inRun = new Set(run.map((one) => one.message_id));
  const begin = piece.findIndex((one) => inRun.has(one.message_id));
  if (begin === -1) return [...run];
  return [
    ...piece.slice(0, begin),
    ...run.map((one) => known.get(one.message_id) ?? one),
    ...piece.slice(begin).filter((one) => !inRun.has(one.message_id)),
  ];
}
