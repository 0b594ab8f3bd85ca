import { describe, expect, it, vi } from 'vitest';
import { createTtyOutput } from '../../../src/terminal/tty-output.ts';

function busy(): Error {
  return Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' });
}

/** A terminal that takes `room` bytes, then none until it has room again. */
function narrowLine(room: number) {
  const line = { room, text: '', errors: [] as string[], failure: undefined as Error | undefined };
  const output = createTtyOutput({
    fd: 1,
    open: (fd) => fd,
    onError: (error) => line.errors.push(error.message),
    write(_, data) {
      if (line.failure !== undefined) throw line.failure;
      if (line.room === 0) throw busy();
      const count = Math.min(line.room, data.length);
      line.room -= count;
      line.text += data.subarray(0, count).toString('latin1');
      return count;
    },
  });
  return { line, output };
}

describe('tty output', () => {
  it('takes a frame in parts without blocking and says when it is done', async () => {
    const { line, output } = narrowLine(4);
    const done = vi.fn();
    output.write('0123456789', done);
    expect(line.text).toBe('0123');
    expect(done).not.toHaveBeenCalled();
    line.room = 100;
    await vi.waitFor(() => expect(done).toHaveBeenCalledExactlyOnceWith(undefined));
    expect(line.text).toBe('0123456789');
  });

  it('keeps other bytes behind the frame that is under way', async () => {
    const { line, output } = narrowLine(1);
    const done = vi.fn();
    output.write('ab', done);
    output.append('cd');
    line.room = 100;
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
    expect(line.text).toBe('abcd');
  });

  it('cancels a sequence that was cut off, and nothing else', () => {
    const { line, output } = narrowLine(3);
    output.write('\x1b[1;1H', () => undefined);
    line.room = 100;
    output.abandon();
    output.writeNow('bye', 0);
    expect(line.text).toBe('\x1b[1\x18bye');
    output.abandon();
    expect(line.text).toBe('\x1b[1\x18bye');
  });

  it('gives up on a line that takes nothing', () => {
    const { line, output } = narrowLine(0);
    output.writeNow('bye', 20);
    expect(line.text).toBe('');
    expect(line.errors).toEqual([]);
  });

  it('reports a lost line once and never writes to it again', () => {
    const { line, output } = narrowLine(10);
    line.failure = Object.assign(new Error('EIO'), { code: 'EIO' });
    const done = vi.fn();
    output.write('x', done);
    output.write('y', done);
    output.append('z');
    output.writeNow('bye', 1000);
    expect(line.errors).toEqual(['EIO']);
    expect(done).not.toHaveBeenCalled();
  });
});
