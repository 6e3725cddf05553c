/** An invitation as it is answered: by whom, and when. */
export function answerInviter<Row extends { inviter_id: string; at: Date }>({ inviter_id, at, ...invitation }: Row) {
  return { ...invitation, invited_by: inviter_id, invited_at: at.toISOString() };
}
