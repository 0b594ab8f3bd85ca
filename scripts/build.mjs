// Bundles the program into dist/opsconsole.js: one file, workers included as text. And the watch once more by itself into
// dist/watch.js, because it stays in memory for months and a bundle is there as a whole.

import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const src = join(root, 'src');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22.22',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
};

/** Ink imports React's inspector only when DEV is "true", which it never is here: an empty module stands in for it. */
const withoutInspector = {
  name: 'without-inspector',
  setup(bundle) {
    bundle.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    bundle.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};' }));
  },
};

/** Yoga would fetch() its own data: URL, for which Node starts all of its HTTP client; it can decode it as well. */
const withoutFetch = {
  name: 'without-fetch',
  setup(bundle) {
    bundle.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('"function"!=typeof fetch', 'true');
      if (contents === text) throw new Error(`${path} no longer asks for fetch: look at it again`);
      return { contents };
    });
  },
};

/** Ink's helpers make segmenters on loading, 20 ms and 3 MB of Unicode data, for texts that they are never given here. */
const lateSegmenters = {
  name: 'late-segmenters',
  setup(bundle) {
    const eager = /^const (\w+) = new Intl\.Segmenter\((.*)\);$/gm;
    const late =
      'let $1Made;\nconst $1 = { segment: (text) => ($1Made ??= new Intl.Segmenter($2)).segment(text) };';
    bundle.onLoad(
      { filter: /node_modules\/(string-width|slice-ansi|cli-truncate|wrap-ansi|ansi-tokenize|ink)\/.*\.js$/ },
      ({ path }) => ({ contents: readFileSync(path, 'utf8').replace(eager, late) }),
    );
  },
};

/** The watch starts programs without execa and follows no file, so it needs neither as text: 170 kB. Used all the same, it throws. */
const withoutUnused = {
  name: 'without-unused',
  setup(bundle) {
    bundle.onResolve({ filter: /^(execa|chokidar)$/ }, ({ path }) => ({ path, namespace: 'unused' }));
    bundle.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: `const stop = () => { throw new Error('${path} is not in this bundle'); }; export { stop as execa, stop as watch };`,
    }));
  },
};

const workers = {};
for (const file of readdirSync(src, { recursive: true }).filter((name) => name.endsWith('-worker.ts'))) {
  const result = await build({ ...shared, entryPoints: [join(src, file)], format: 'cjs', write: false });
  workers[file.split('/').at(-1)] = result.outputFiles[0].text;
}

for (const [entry, outfile, own, plugins] of [
  ['main.tsx', 'opsconsole.js', workers, [withoutInspector, withoutFetch, lateSegmenters]],
  ['watch-main.ts', 'watch.js', {}, [withoutUnused]],
]) {
  const made = join(root, 'dist', outfile);
  await build({
    ...shared,
    entryPoints: [join(src, 'cli', entry)],
    outfile: `${made}.new`,
    format: 'esm',
    define: {
      ...shared.define,
      OPSCONSOLE_WORKERS: JSON.stringify(own),
      OPSCONSOLE_VERSION: JSON.stringify(version),
    },
    plugins,
    // CommonJS packages inside an ES module bundle still call require().
    banner: {
      js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  // Whole or not at all: a program that is started meanwhile finds the one before.
  renameSync(`${made}.new`, made);
}
