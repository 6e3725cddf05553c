import type { Connection, PendingAnswer } from '../connections/connection';

/**
 * Reserves the place of an answer to a send: answers leave in the order in which the sends came, whatever order their
 * outcomes become known in. The function returned gives the answer, or lets it wait for those before it.
 */
export function reserveAnswer(connection: Connection): (give: () => void) => void {
  const place: PendingAnswer = { give: undefined };
  (connection.answers ??= []).push(place);
  return (give) => {
    place.give = give;
    const { answers } = connection;
    while (answers?.[0]?.give !== undefined) answers.shift()?.give?.();
    if (answers?.length === 0) connection.answers = undefined;
  };
}
