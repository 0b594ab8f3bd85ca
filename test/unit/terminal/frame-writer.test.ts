import { describe, expect, it } from 'vitest';
import { createFrameWriter } from '../../../src/terminal/frame-writer.ts';

/** A line that takes one write and says so when told. */
function slowLine() {
  const written: string[] = [];
  let done: ((error: Error | undefined) => void) | undefined;
  return {
    written,
    output: {
      write(data: string, taken: (error: Error | undefined) => void) {
        if (done !== undefined) throw new Error('two writes at once');
        written.push(data);
        done = taken;
      },
    },
    accept(error?: Error) {
      const taken = done;
      done = undefined;
      taken?.(error);
    },
  };
}

const plain = { columns: 20, rows: 2, synchronised: false };

describe('frame writer', () => {
  it('keeps only the newest frame while the line is slow', () => {
    const line = slowLine();
    const writer = createFrameWriter({ ...plain, output: line.output });
    for (let count = 0; count < 100; count++) writer.write(`frame ${count}`);
    expect(line.written).toEqual(['\x1b[m\x1b[Hframe 0\x1b[K\x1b[2H\x1b[K']);
    line.accept();
    expect(line.written.slice(1)).toEqual(['\x1b[;7H99']);
    line.accept();
    expect(line.written).toHaveLength(2);
    expect(writer.counters()).toMatchObject({ frames: 2, skipped: 98 });
  });

  it('counts what it wrote and how long the line took', () => {
    const line = slowLine();
    let clock = 5;
    const writer = createFrameWriter({ ...plain, output: line.output, now: () => clock });
    writer.write('é');
    clock = 30;
    line.accept();
    expect(writer.counters()).toEqual({
      frames: 1,
      bytes: Buffer.byteLength(line.written.join('')),
      skipped: 0,
      waitMs: 25,
    });
    writer.write('é');
    expect(writer.counters().frames).toBe(1);
  });

  it('wraps a frame in a synchronised update, and writes nothing for an unchanged one', () => {
    const line = slowLine();
    const writer = createFrameWriter({ columns: 5, rows: 1, output: line.output });
    writer.write('hello');
    line.accept();
    writer.write('hello');
    expect(line.written).toEqual(['\x1b[?2026h\x1b[m\x1b[Hhello\x1b[?2026l']);
  });

  it('writes no more to a line that has failed', () => {
    const line = slowLine();
    const writer = createFrameWriter({ ...plain, output: line.output });
    writer.write('one');
    writer.write('two');
    line.accept(new Error('EIO'));
    writer.write('three');
    writer.repaint();
    expect(line.written).toHaveLength(1);
  });

  it('keeps the newest frame while held and paints it on release', () => {
    const line = slowLine();
    const writer = createFrameWriter({ ...plain, output: line.output });
    writer.hold();
    writer.write('one');
    writer.write('two');
    expect(line.written).toEqual([]);
    writer.release();
    expect(line.written).toEqual(['\x1b[m\x1b[Htwo\x1b[K\x1b[2H\x1b[K']);
  });

  it('repaints the whole screen when told, at the new size after a resize', () => {
    const line = slowLine();
    const writer = createFrameWriter({ ...plain, output: line.output });
    writer.write('abc');
    line.accept();
    writer.repaint();
    line.accept();
    expect(line.written[1]).toBe(line.written[0]);
    writer.resize(2, 1);
    writer.repaint();
    expect(line.written).toHaveLength(2);
    writer.write('abc');
    expect(line.written[2]).toBe('\x1b[m\x1b[Hab');
  });
});
