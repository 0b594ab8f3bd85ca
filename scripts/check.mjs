// `npm run check`: the static checks. Types, lint and format, generated docs fresh.

import { join } from 'node:path';
import { ensureInstalled, mustRun, pinnedEnv, pinnedNode, root } from './setup.mjs';

ensureInstalled();
const bin = (name) => join(root, 'node_modules', '.bin', name);
const env = pinnedEnv();
mustRun([bin('tsc'), '--noEmit'], { env });
mustRun([bin('biome'), 'check', '--error-on-warnings', '.'], { env });
mustRun([pinnedNode, join(root, 'scripts', 'docs.mjs'), '--check'], { env });
