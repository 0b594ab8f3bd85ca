// How bad a finding looks.

import type { Role } from '../../core/line.ts';
import type { Finding } from '../../core/rows.ts';

export const FINDING_ROLES: Readonly<Record<Finding['level'], Role>> = {
  harm: 'bad',
  warning: 'warn',
  note: 'plain',
};
