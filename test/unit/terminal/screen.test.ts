import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InputEvent } from '../../../src/core/intent.ts';
import { ENTER, LEAVE, MOUSE_OFF, MOUSE_ON } from '../../../src/terminal/modes.ts';
import { type EndReason, exitStatus, openScreen, type ScreenProcess } from '../../../src/terminal/screen.ts';

class FakeStdin extends EventEmitter {
  raw: boolean[] = [];
  setRawMode(on: boolean): void {
    this.raw.push(on);
  }
  resume(): void {}
  pause(): void {}
}

class FakeProcess extends EventEmitter {
  killed: Array<[number, string]> = [];
  exits: number[] = [];
  kill(pid: number, signal: string): boolean {
    this.killed.push([pid, signal]);
    return true;
  }
  exit(status: number): void {
    this.exits.push(status);
  }
}

function start(mouse = false) {
  const stdin = new FakeStdin();
  const stdout = Object.assign(new EventEmitter(), { columns: 20, rows: 2, fd: 1 });
  const machine = new FakeProcess();
  const seen = {
    written: [] as string[],
    input: [] as InputEvent[],
    ends: [] as EndReason[],
    sizes: [] as string[],
  };
  let lose: (error: Error) => void = () => undefined;
  const screen = openScreen({
    stdin: stdin as unknown as NodeJS.ReadStream & { fd: number },
    stdout: stdout as unknown as NodeJS.WriteStream & { fd: number },
    process: machine as unknown as ScreenProcess,
    mouse,
    onInput: (event) => seen.input.push(event),
    onResize: ({ columns, rows }) => seen.sizes.push(`${columns}x${rows}`),
    onEnd: (reason) => seen.ends.push(reason),
    output(onError) {
      lose = onError;
      return {
        write(data, done) {
          seen.written.push(data);
          done(undefined);
        },
        append: (data) => seen.written.push(data),
        writeNow: (data) => seen.written.push(data),
        abandon: () => undefined,
        close: () => undefined,
      };
    },
  });
  return { screen, stdin, stdout, machine, lose: (error: Error) => lose(error), ...seen };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('screen', () => {
  it('takes the terminal over and gives it back exactly once', () => {
    const test = start(true);
    expect(test.written).toEqual([ENTER + MOUSE_ON]);
    test.screen.close();
    test.screen.close();
    test.machine.emit('exit', 0);
    expect(test.written).toEqual([ENTER + MOUSE_ON, LEAVE]);
    expect(test.stdin.raw).toEqual([true, false]);
    expect(test.ends).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('gives the terminal back on %s and ends with status %i', (signal, status) => {
    const test = start();
    test.machine.emit(signal, signal);
    test.machine.emit('SIGTERM', 'SIGTERM');
    expect(test.written.at(-1)).toBe(LEAVE);
    expect(test.ends).toEqual([{ kind: 'signal', signal }]);
    expect(test.machine.exits).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(test.machine.exits).toEqual([status]);
  });

  it.each(['end', 'close', 'error'])('ends when standard input says %s', (event) => {
    const test = start();
    test.stdin.emit(event, new Error('EIO'));
    expect(test.ends).toEqual([{ kind: 'input-closed' }]);
    expect(test.input).toEqual([{ kind: 'closed' }]);
    vi.advanceTimersByTime(2_000);
    expect(test.machine.exits).toEqual([129]);
  });

  it('ends when the line can no longer be written to', () => {
    const test = start();
    test.lose(new Error('EIO'));
    expect(test.ends).toMatchObject([{ kind: 'output-closed' }]);
    test.stdout.emit('error', new Error('EPIPE'));
    expect(test.ends).toHaveLength(1);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('gives the terminal back on %s', (event) => {
    const test = start();
    test.machine.emit(event, new Error('bug'));
    expect(test.written.at(-1)).toBe(LEAVE);
    expect(test.ends.map((reason) => [reason.kind, exitStatus(reason)])).toEqual([['crash', 1]]);
  });

  it('stops the whole job on suspend and comes back with the whole frame', () => {
    const test = start();
    test.screen.writer.write('hello');
    const frame = test.written.at(-1);
    test.machine.kill = (pid, signal) => {
      test.machine.killed.push([pid, signal]);
      expect(test.written.at(-1)).toBe(LEAVE);
      expect(test.machine.listenerCount('SIGTSTP')).toBe(0);
      expect(test.machine.listenerCount('SIGCONT')).toBe(0);
      test.screen.writer.write('hello');
      return true;
    };
    test.screen.suspend();
    expect(test.machine.killed).toEqual([[0, 'SIGTSTP']]);
    expect(test.written.slice(2)).toEqual([LEAVE, ENTER, frame]);
    expect(test.stdin.raw).toEqual([true, false, true]);
    expect(test.machine.listenerCount('SIGTSTP')).toBe(1);
    test.screen.close();
    expect(test.machine.listenerCount('SIGTSTP')).toBe(0);
  });

  it('sets its modes again when another has stopped and continued it', () => {
    const test = start(true);
    test.screen.writer.write('hello');
    const frame = test.written.at(-1);
    test.machine.emit('SIGCONT', 'SIGCONT');
    expect(test.written.slice(2)).toEqual([ENTER + MOUSE_ON, frame]);
    expect(test.stdin.raw).toEqual([true, false, true]);
  });

  it('paints a resize storm once, at the last size', () => {
    const test = start();
    test.screen.writer.write('old');
    for (let columns = 21; columns <= 60; columns++) {
      test.stdout.columns = columns;
      test.stdout.emit('resize');
      test.screen.writer.write(`at ${columns}`);
      vi.advanceTimersByTime(10);
    }
    expect(test.written).toHaveLength(2);
    vi.advanceTimersByTime(100);
    expect(test.sizes).toEqual(['60x2']);
    test.screen.writer.write('new');
    expect(test.written).toHaveLength(3);
    expect(test.written[2]).toContain('new');
  });

  it('passes keys on, and none after it is closed', () => {
    const test = start();
    test.stdin.emit('data', Buffer.from('a'));
    test.screen.close();
    test.stdin.emit('data', Buffer.from('b'));
    expect(test.input.map((event) => (event.kind === 'key' ? event.key.name : event.kind))).toEqual(['a']);
  });

  it('switches the mouse while it runs', () => {
    const test = start();
    test.screen.setMouse(true);
    test.screen.setMouse(false);
    expect(test.written.slice(1)).toEqual([MOUSE_ON, MOUSE_OFF]);
  });

  it('sends a sequence in its turn, and none while the terminal is not ours', () => {
    const test = start();
    test.screen.send('\x1b]52;c;eA==\x07');
    expect(test.written.slice(1)).toEqual(['\x1b]52;c;eA==\x07']);
    test.screen.close();
    test.screen.send('late');
    expect(test.written).not.toContain('late');
  });
});
