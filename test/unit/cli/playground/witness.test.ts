import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWitness, readOutcomeText, readRaised } from '../../../../src/cli/playground/witness.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oc-witness-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what the playground saw', () => {
  it('counts requests by whom, also of lines that were written in two parts', () => {
    const witness = createWitness(folder);
    expect(witness.count()).toEqual({ attackers: 0, others: 0 });
    const log = join(folder, 'access.log');
    writeFileSync(log, '198.51.100.7 - - "GET /"\n203.0.113.21 - - "GET /"\n198.51.1');
    expect(witness.count()).toEqual({ attackers: 1, others: 1 });
    appendFileSync(log, '00.23 - - "GET /"\n2001:db8:bad:1::beef - - "GET /"\n');
    expect(witness.count()).toEqual({ attackers: 2, others: 0 });
    expect(witness.total()).toEqual({ attackers: 3, others: 1 });
  });

  it('writes lines with the time', () => {
    createWitness(folder).say('something');
    expect(readFileSync(join(folder, 'playground.log'), 'utf8')).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d something\n$/,
    );
  });
});

describe('the shields as their files say', () => {
  it('are down without a file, and with one that names nothing', () => {
    expect(readRaised([folder, '/nowhere'])).toBeUndefined();
    writeFileSync(join(folder, 'current'), '../../etc\n');
    expect(readRaised([folder])).toBeUndefined();
  });

  it('are up with their clock, and raising without one', () => {
    writeFileSync(join(folder, 'current'), '0123abcd\n');
    expect(readRaised([folder])).toMatchObject({ id: '0123abcd', phase: 'raising' });
    mkdirSync(join(folder, '0123abcd'));
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    writeFileSync(join(folder, '0123abcd', 'deadline'), `trial ${uptime + 30}\n`);
    const raised = readRaised(['/nowhere', folder]);
    expect(raised?.phase).toBe('trial');
    expect(raised?.leftSeconds).toBeGreaterThan(25);
  });

  it('what lowering did is read wherever it lies', () => {
    expect(readOutcomeText([folder], '0123abcd')).toEqual([]);
    mkdirSync(join(folder, '0123abcd'));
    writeFileSync(join(folder, '0123abcd', 'outcome'), 'by timer\nend 0123abcd\n');
    expect(readOutcomeText(['/nowhere', folder], '0123abcd')).toEqual(['by timer', 'end 0123abcd']);
  });
});
