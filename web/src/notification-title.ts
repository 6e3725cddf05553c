/**
 * Whose message it is, and the group it was said in: always in this order, so that no title passes for a name. Each keeps its own
 * direction and turns nothing around it.
 */
export function notificationTitle(sender: string, group: string | undefined): string {
  return [sender, ...(group === undefined ? [] : [group])].map(isolated).join(', ');
}

/** Between the marks of Unicode that isolate a text; those that it brings itself must not end it early. */
function isolated(text: string): string {
  return `\u2068${text.replace(/[\u2066-\u2069]/g, '')}\u2069`;
}
