// House rules as a test: who may import what, sizes with a ratchet, no dead files, no loose ends, tests beside everything.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedDocs } from '../src/cli/generated-docs.ts';

const root = resolve(import.meta.dirname, '..');
const files = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx)$/.test(name))
    .map((name) => join(folder, name))
    .sort();
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = files('src').filter((path) => !path.endsWith('.d.ts'));
const tests = files('test');

/** Imports point downwards only. `exact`: single files of another house that may be imported as well. */
const MAY_IMPORT: Readonly<
  Record<
    string,
    Readonly<{ houses: readonly string[]; exact?: readonly string[]; packages: readonly RegExp[] }>
  >
> = {
  core: { houses: [], packages: [/^string-width$/] },
  host: { houses: ['core'], packages: [/^node:/, /^execa$/, /^chokidar$/, /^@lydell\/node-pty$/] },
  session: { houses: ['core'], packages: [/^yaml$/, /^zod$/, /^node:path$/, /^diff$/] },
  firewall: { houses: ['core'], packages: [] },
  keys: { houses: ['core'], packages: [] },
  terminal: { houses: ['core'], packages: [/^node:/] },
  sources: {
    houses: ['core', 'firewall'],
    exact: ['src/host/host.ts', 'src/host/worker.ts', 'src/host/lines.ts'],
    packages: [/^node:/, /^@xterm\/headless$/],
  },
  store: { houses: ['core'], packages: [/^zustand\/vanilla$/] },
  actions: { houses: ['core', 'firewall'], exact: ['src/host/host.ts'], packages: [/^node:/] },
  views: { houses: ['core', 'store', 'keys'], packages: [/^ink$/, /^react$/] },
  cli: {
    houses: [
      'core',
      'host',
      'session',
      'firewall',
      'keys',
      'terminal',
      'sources',
      'store',
      'actions',
      'views',
    ],
    packages: [/^node:/, /^commander$/, /^ink$/, /^react$/],
  },
};

const houseOf = (path: string): string => path.split('/')[1] ?? '';
const importsOf = (path: string): readonly string[] =>
  [
    ...text(path).matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|new URL\('(\.[^']+)'/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
const resolved = (path: string, specifier: string): string =>
  relative(root, resolve(root, dirname(path), specifier));

describe('imports', () => {
  it('point downwards only', () => {
    const wrong: string[] = [];
    for (const path of sources) {
      const house = houseOf(path);
      const rule = MAY_IMPORT[house];
      if (rule === undefined) {
        wrong.push(`${path}: no such house`);
        continue;
      }
      for (const specifier of importsOf(path)) {
        if (specifier.startsWith('.')) {
          const target = resolved(path, specifier);
          const allowed =
            houseOf(target) === house ||
            rule.houses.includes(houseOf(target)) ||
            rule.exact?.includes(target) === true;
          if (!allowed) wrong.push(`${path} imports ${target}`);
        } else if (
          !rule.packages.some((pattern) => pattern.test(specifier)) &&
          !isChartImport(path, specifier)
        ) {
          wrong.push(`${path} imports ${specifier}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('leave no file that nothing uses', () => {
    // Entry points, and the Host of namespaces, through which the kernel tests drive the acts.
    const used = new Set<string>([
      'src/cli/main.tsx',
      'src/cli/watch-main.ts',
      'src/cli/generated-docs.ts',
      'src/host/netns.ts',
    ]);
    for (const path of sources) {
      for (const specifier of importsOf(path))
        if (specifier.startsWith('.')) used.add(resolved(path, specifier));
    }
    expect(sources.filter((path) => !used.has(path))).toEqual([]);
  });
});

function isChartImport(path: string, specifier: string): boolean {
  return path.startsWith('src/views/charts/') && /^drawille-canvas-blessed-contrib$/.test(specifier);
}

describe('sizes', () => {
  /** Lines a file may have; a longer one is two rooms in one. The ratchet lists what is longer today and may only shrink. */
  const FILE_LINES = 300;
  const FUNCTION_LINES = 70;
  const RATCHET: Readonly<Record<string, number>> = {};

  it('of files', () => {
    const long = sources
      .map((path) => ({ path, lines: text(path).split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > (RATCHET[path] ?? FILE_LINES));
    expect(long).toEqual([]);
  });

  it('of functions', () => {
    const long: string[] = [];
    for (const path of sources) {
      const lines = text(path).split('\n');
      for (const [index, line] of lines.entries()) {
        if (!/^(export )?(async )?function\*? /.test(line)) continue;
        const end = lines.findIndex((other, at) => at > index && other === '}');
        if (end - index + 1 > FUNCTION_LINES) long.push(`${path}:${index + 1} ${end - index + 1} lines`);
      }
    }
    expect(long).toEqual([]);
  });
});

describe('habits', () => {
  it('every file says at its top what lives in it', () => {
    expect(sources.filter((path) => !/^(\/\/|\/\*\*)/.test(text(path)))).toEqual([]);
  });

  it('nothing is left loose', () => {
    const loose = [...sources, ...tests.filter((path) => path !== 'test/tidy.test.ts')].filter((path) =>
      /\b(TODO|FIXME|XXX)\b|\.only\(|\bvi\.mock\(|@ts-ignore|@ts-expect-error|biome-ignore/.test(text(path)),
    );
    expect(loose).toEqual([]);
  });

  it('no test sleeps for a fixed time', () => {
    const sleeping = tests
      .filter((path) => path.endsWith('.test.ts') && path !== 'test/tidy.test.ts')
      .filter((path) => /waitForTimeout|setTimeout\(\s*(resolve|r|done)\s*,/.test(text(path)));
    expect(sleeping).toEqual([]);
  });

  it('the captures of every tool are there', () => {
    for (const tool of ['nft', 'ipset', 'iptables', 'logs', 'proc']) {
      expect(existsSync(join(root, 'test/captures', tool)), tool).toBe(true);
    }
  });
});

describe('generated docs', () => {
  it.each(generatedDocs())('$path is what the code says (npm run docs)', ({ path, text: wanted }) => {
    expect(existsSync(join(root, path)) ? text(path) : undefined).toBe(wanted);
  });
});

describe('tests', () => {
  const tested = (path: string): boolean => {
    const name = (path.split('/').at(-1) ?? '').replace(/\.tsx?$/, '');
    return tests.some((test) => importsOf(test).some((specifier) => specifier.includes(`/${name}.ts`)));
  };

  it.each(['actions', 'firewall', 'sources'])(
    '%s: every file with decisions is imported by a test or by a tested neighbour',
    (house) => {
      const members = sources.filter((path) => houseOf(path) === house);
      const covered = new Set(members.filter(tested));
      for (let grew = true; grew; ) {
        grew = false;
        for (const path of [...covered]) {
          for (const specifier of importsOf(path)) {
            const target = specifier.startsWith('.') ? resolved(path, specifier) : '';
            if (members.includes(target) && !covered.has(target)) {
              covered.add(target);
              grew = true;
            }
          }
        }
      }
      expect(members.filter((path) => !covered.has(path))).toEqual([]);
    },
  );

  it.each(['ban', 'unban', 'cut', 'tighten', 'undo'])(
    'the act %s has a unit test and a kernel test',
    (act) => {
      const mentions = (folder: string): boolean =>
        tests.some((path) => path.startsWith(folder) && text(path).includes(`'${act}'`));
      expect({ unit: mentions('test/unit/actions'), kernel: mentions('test/kernel') }).toEqual({
        unit: true,
        kernel: true,
      });
    },
  );
});
