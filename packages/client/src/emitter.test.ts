import { Emitter } from './emitter';

interface Events {
  ping: number;
}

describe('Emitter', () => {
  it('calls listeners in order until they are removed; one function added twice is two listeners', () => {
    const received: string[] = [];
    const emitter = new Emitter<Events>(() => undefined);
    const listener = (value: number): void => void received.push(`a${value}`);
    const removeFirst = emitter.on('ping', listener);
    emitter.on('ping', listener);
    emitter.on('ping', (value) => received.push(`b${value}`));
    emitter.emit('ping', 1);
    removeFirst();
    removeFirst();
    emitter.emit('ping', 2);
    expect(received).toEqual(['a1', 'a1', 'b1', 'a2', 'b2']);
  });

  it('goes on after a listener that throws, and says what it threw', () => {
    const thrown: unknown[] = [];
    const received: number[] = [];
    const emitter = new Emitter<Events>((error) => thrown.push(error));
    emitter.on('ping', () => {
      throw new Error('broken');
    });
    emitter.on('ping', (value) => received.push(value));
    emitter.emit('ping', 7);
    expect([received, thrown]).toEqual([[7], [new Error('broken')]]);
  });

  it('calls nobody once all are removed', () => {
    const received: number[] = [];
    const emitter = new Emitter<Events>(() => undefined);
    emitter.on('ping', (value) => received.push(value));
    emitter.removeAll();
    emitter.emit('ping', 1);
    expect(received).toEqual([]);
  });
});
