import { randomUUID } from 'node:crypto';
import { recordFor, TestBatch } from '../../testing/batches';
import { directMessage } from '../../testing/embedded-context';
import { describeBatch } from './trace-batch';

const traceparentOf = (n: number, flags: string) => `00-${n.toString(16).padStart(32, '0')}-00f067aa0ba902b7-${flags}`;

describe('the span of a batch', () => {
  const links = (traceparents: (string | undefined)[]) => {
    const records = traceparents.map((traceparent) =>
      recordFor(directMessage(randomUUID(), randomUUID()), traceparent === undefined ? {} : { traceparent }),
    );
    return describeBatch(new TestBatch(records)).links;
  };

  it('is linked to the traces of its messages that are sampled, and to no other', () => {
    const [one, unsampled, other] = [traceparentOf(1, '01'), traceparentOf(2, '00'), traceparentOf(3, '03')];
    expect(links([one, unsampled, undefined, 'nonsense', other])).toEqual([one, other]);
  });

  it('has at most 128 links', () => {
    const traceparents = Array.from({ length: 300 }, (_, n) => traceparentOf(n + 1, n % 2 === 0 ? '01' : '00'));
    expect(links(traceparents)).toEqual(traceparents.filter((text) => text.endsWith('01')).slice(0, 128));
  });
});
