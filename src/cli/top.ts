// `opsconsole top LOG… [-n N]`: which addresses have the most lines in logs, counted exactly in one pass.

import { groupDigits } from '../core/units.ts';
import { createTopSources, type TopReport } from '../sources/logs/aggregate.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { createOutput, type LogIo, readLog } from './log-input.ts';

/** `logs`: paths, "-" is standard input. `top`: how many addresses, at least 1. */
export type TopArgs = Readonly<{ logs: readonly string[]; top: number; json: boolean }>;

export async function runTop(args: TopArgs, io: LogIo): Promise<ExitStatus> {
  if (args.logs.length === 0) return usage(io, 'name at least one log, or - for standard input');
  if (!Number.isInteger(args.top) || args.top < 1) return usage(io, '-n needs a whole number from 1');
  const sources = createTopSources();
  let read = 0;
  for (const log of args.logs) {
    const result = await readLog(log, io, (chunk) => {
      sources.push(chunk);
      return true;
    });
    sources.end();
    if (result.ok) read++;
    else {
      const { summary, hint } = result.problem;
      io.stderr.write(`opsconsole top: ${summary}${hint === undefined ? '' : `; ${hint}`}\n`);
    }
  }
  if (read > 0) {
    const output = createOutput(io.stdout);
    const report = sources.report(args.top);
    await output.write(args.json ? printJson(report) : printTable(report));
    output.close();
  }
  return read === args.logs.length ? EXIT.done : EXIT.failed;
}

function usage(io: Pick<Io, 'stderr'>, message: string): ExitStatus {
  io.stderr.write(`opsconsole top: ${message}\n`);
  return EXIT.usage;
}

function printJson(report: TopReport): string {
  const { lines, without, distinct } = report;
  const sources = report.sources.map(({ net, count }) => ({ address: net.text, count }));
  return `${JSON.stringify({ lines, without, distinct, sources })}\n`;
}

function printTable(report: TopReport): string {
  const counts = ['lines', ...report.sources.map(({ count }) => groupDigits(count))];
  const width = Math.max(...counts.map((text) => text.length));
  const rows = report.sources.map(({ net, count }, index) => {
    const share = `${((count / report.lines) * 100).toFixed(1)}%`;
    return `${(counts[index + 1] ?? '').padStart(width)}  ${share.padStart(6)}  ${net.text}`;
  });
  const head = `${'lines'.padStart(width)}  ${'share'.padStart(6)}  address`;
  const total =
    `${groupDigits(report.lines)} lines, ${groupDigits(report.distinct)} addresses, ` +
    `${groupDigits(report.without)} lines without one`;
  return `${[head, ...rows, total].join('\n')}\n`;
}
