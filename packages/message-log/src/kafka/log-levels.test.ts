import { silentLogger, type Logger } from '@chat-app/platform';
import { levelOf, libraryLog } from './log-levels';

const ERROR = 1;
const entry = (level: number, message: string, more: Record<string, unknown> = {}) => ({
  level,
  namespace: 'Connection',
  log: { message, timestamp: 'now', logger: 'kafkajs', ...more },
});

describe('log levels of kafkajs', () => {
  it.each([
    [entry(ERROR, 'The group is rebalancing, re-joining'), 'info'],
    [
      entry(ERROR, 'Response Heartbeat(key: 12, version: 3)', {
        error: 'The group is rebalancing, so a rejoin is needed',
      }),
      'info',
    ],
    [entry(ERROR, 'The coordinator is not aware of this member, re-joining the group'), 'info'],
    [entry(ERROR, 'Connection error: connect ECONNREFUSED'), 'warn'],
    [entry(2, 'something'), 'warn'],
    [entry(4, 'Consumer has joined the group'), 'debug'],
    [entry(5, 'Request Fetch'), 'debug'],
  ])('maps %j to %s', (line, level) => {
    expect(levelOf(line)).toBe(level);
  });

  it('passes fields on, without what our own lines say already', () => {
    const lines: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (message, fields) => lines.push([message, fields]) };
    libraryLog(logger)(entry(ERROR, 'gone', { broker: 'b:1', stack: 'long' }));
    expect(lines).toEqual([['kafkajs: gone', { broker: 'b:1', namespace: 'Connection' }]]);
  });
});
