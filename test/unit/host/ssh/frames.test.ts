// Answers cut out of a stream: whatever the bytes and however they come, nothing is lost and nothing is invented.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Channel } from '../../../../src/host/ssh/channel.ts';
import { createCutter, newMark } from '../../../../src/host/ssh/frames.ts';
import { createLane, type JobEnd } from '../../../../src/host/ssh/lane.ts';

/** Cuts `data` at the given places, in any order. */
function pieces(data: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (data.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => data.subarray(from, at[index] ?? data.length));
}

const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyCuts = fc.array(fc.nat({ max: 10_000 }), { maxLength: 40 });

it('any chunking of any bytes gives the same answer', () => {
  const mark = newMark();
  // Beginnings of the mark in the output are the hard part.
  const output = fc
    .array(
      fc.oneof(
        anyBytes,
        fc.nat({ max: 33 }).map((length) => Buffer.from(mark.slice(0, length))),
      ),
    )
    .map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(output, anyBytes, fc.nat({ max: 255 }), anyCuts, (before, after, code, cuts) => {
      fc.pre(!before.includes(`${mark} `));
      const got: Buffer[] = [];
      const cutter = createCutter(mark, (bytes) => got.push(Buffer.from(bytes)));
      const rest: Buffer[] = [];
      let word: string | undefined;
      const whole = Buffer.concat([before, Buffer.from(`${mark} ${code}\n`), after]);
      for (const piece of pieces(whole, cuts)) {
        if (word !== undefined) {
          rest.push(piece);
          continue;
        }
        const cut = cutter.push(piece);
        if (cut === undefined) continue;
        word = cut.word;
        rest.push(cut.rest);
      }
      expect(word).toBe(String(code));
      expect(Buffer.concat(got).equals(before)).toBe(true);
      expect(Buffer.concat(rest).equals(Buffer.from(after))).toBe(true);
    }),
  );
});

it('a mark without an end is an end as well, and random bytes never throw', () => {
  const cutter = createCutter('oc1', () => undefined);
  expect(cutter.push(Buffer.from(`oc1 ${'x'.repeat(100)}`))).toMatchObject({ word: 'x'.repeat(20) });
  fc.assert(
    fc.property(fc.array(anyBytes), (chunks) => {
      const any = createCutter('oc1', () => undefined);
      for (const chunk of chunks) any.push(Buffer.from(chunk));
    }),
  );
});

function stage() {
  const written: string[] = [];
  let [data, errors, end] = [(_: Buffer) => {}, (_: Buffer) => {}, () => {}];
  const channel: Channel = {
    write: (text) => written.push(text),
    onData: (listener) => {
      data = listener;
    },
    onErrors: (listener) => {
      errors = listener;
    },
    ended: new Promise((resolve) => {
      end = () => resolve('lost');
    }),
    close: () => undefined,
    finish: () => undefined,
  };
  const lane = createLane(channel);
  const answers: string[] = [];
  const ask = (name: string) => {
    let [out, err] = ['', ''];
    lane.send([
      {
        body: name,
        onStdout: (bytes) => {
          out += bytes.toString('latin1');
        },
        onStderr: (bytes) => {
          err += bytes.toString('latin1');
        },
        onEnd: (ended: JobEnd) =>
          answers.push(`${name}: ${ended.kind === 'done' ? ended.exitCode : ended.kind} [${out}] [${err}]`),
      },
    ]);
    return /echo "(\w+) /.exec(written.at(-1) ?? '')?.[1] ?? '';
  };
  return {
    lane,
    answers,
    ask,
    say: (text: string) => data(Buffer.from(text)),
    complain: (text: string) => errors(Buffer.from(text)),
    end: async () => {
      end();
      await lane.ended;
    },
  };
}

it('a lane waits for both ends of an answer, in the order of the questions', async () => {
  const { ask, say, complain, answers, end, lane } = stage();
  const [first, second, third] = ['one', 'two', 'three'].map(ask);
  say(`noise\n${first} 0\nout of two${second} 3\nhalf`);
  expect(answers).toEqual([]);
  complain(`warning\n${first} 0\nerr`);
  expect(answers).toEqual(['one: 0 [noise\n] [warning\n]']);
  complain(`ors${second} 3\n${third} 0\n`);
  expect(answers.slice(1)).toEqual(['two: 3 [out of two] [errors]']);
  expect(lane.pending).toBe(1);
  await end();
  expect(answers.slice(2)).toEqual(['three: lost [half] []']);
  ask('four');
  expect(answers.slice(3)).toEqual(['four: lost [] []']);
});

it('every mark is another one, of 128 bits', () => {
  const marks = new Set(Array.from({ length: 1000 }, newMark));
  expect(marks.size).toBe(1000);
  expect([...marks].every((mark) => /^oc[0-9a-f]{32}$/.test(mark))).toBe(true);
});
