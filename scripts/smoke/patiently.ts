/**
 * Asks again while the answer may change: no connection, 429, 5xx. Answers whose status is in `known` are the caller's to read.
 * @throws Error with the answer where it is refused for good, or with the last fault once the deadline (epoch, milliseconds) is over
 */
export async function patiently(
  deadline: number,
  ask: () => Promise<Response>,
  known: readonly number[] = [],
): Promise<Response> {
  for (;;) {
    let fault: string;
    try {
      const answer = await ask();
      if (answer.ok || known.includes(answer.status)) return answer;
      fault = `${answer.url}: ${answer.status} ${await answer.text()}`;
      if (answer.status < 500 && answer.status !== 429) throw new Refused(fault);
    } catch (thrown) {
      if (thrown instanceof Refused) throw thrown;
      fault = String(thrown instanceof Error ? (thrown.cause ?? thrown.message) : thrown);
    }
    if (Date.now() > deadline) throw new Error(`no answer in time; last: ${fault}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

class Refused extends Error {}
