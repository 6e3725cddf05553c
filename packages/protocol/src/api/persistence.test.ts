import { CreateGroupRequest, HistoryQuery, Title } from './persistence';

const UUID = '123e4567-e89b-12d3-a456-426614174000';

describe('Title', () => {
  it('is 1 to 200 characters of well-formed text, without the space around it', () => {
    expect(Title.parse('  a group ')).toBe('a group');
    expect(Title.safeParse('x'.repeat(200)).success).toBe(true);
    for (const bad of ['', '   ', 'x'.repeat(201), 'nul\u0000', 'lone \ud800', 5, null]) {
      expect(Title.safeParse(bad).success).toBe(false);
    }
  });
});

describe('CreateGroupRequest', () => {
  it('bounds the members to a group with its owner', () => {
    const request = (count: number): unknown => ({ title: 'x', member_ids: Array.from({ length: count }, () => UUID) });
    expect(CreateGroupRequest.safeParse(request(999)).success).toBe(true);
    expect(CreateGroupRequest.safeParse(request(1_000)).success).toBe(false);
  });
});

describe('HistoryQuery', () => {
  it('reads numbers from text and takes one of before and after', () => {
    expect(HistoryQuery.parse({ limit: '7', before: UUID })).toEqual({ limit: 7, before: UUID });
    expect(HistoryQuery.parse({})).toEqual({ limit: 50 });
    for (const bad of [
      { before: UUID, after: UUID },
      { limit: '0' },
      { limit: '101' },
      { limit: 'x' },
      { after: 'x' },
    ]) {
      expect(HistoryQuery.safeParse(bad).success).toBe(false);
    }
  });
});
