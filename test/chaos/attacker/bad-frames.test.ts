import { decodeClientFrame } from '@chat-app/protocol';
import { Random } from '../random';
import { badFrames } from './bad-frames';

const VICTIM = '123e4567-e89b-12d3-a456-426614174000';
/** Right in form; what is wrong about them only a server knows. */
const WRONG_IN_SUBSTANCE = ['a position beyond the inbox', "another's sender_id", 'lone surrogates and zeros'];

describe('bad frames', () => {
  it('are the same for the same seed', () => {
    expect(badFrames(new Random(3), VICTIM)).toEqual(badFrames(new Random(3), VICTIM));
    expect(badFrames(new Random(3), VICTIM)).not.toEqual(badFrames(new Random(4), VICTIM));
  });

  it('are bad: no decoder takes one, but for those that are wrong in substance alone', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const taken = badFrames(new Random(seed), VICTIM).filter(
        ({ data }) => typeof data === 'string' && data.length <= 64 * 1_024 && decodeClientFrame(data).ok,
      );
      expect(taken.map(({ what }) => what)).toEqual(WRONG_IN_SUBSTANCE);
    }
  });
});
