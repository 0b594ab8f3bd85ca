// What happens when nobody looks any more: if shields are up, the supervisor waits until their own revert has run, and
// writes down what it saw.

import { tool } from './tool.ts';
import { type Raised, type Requests, readOutcomeText, readRaised, type Witness } from './witness.ts';

export type Aftermath = Readonly<{
  witness: Witness;
  /** Where the shields may have their state. */
  bases: readonly string[];
  /** The operator left in peace: nothing is waited for. */
  left: boolean;
  /** Aborted: waited for no longer. */
  hurry: AbortSignal;
  trialSeconds: number;
}>;

const EVERY_MS = 1_000;
/** How long after the deadline the revert may take before we say that it did not come. */
const LATE_SECONDS = 15;

/** One sentence for the terminal. */
export async function afterwards(aftermath: Aftermath): Promise<string> {
  const { witness, bases, left } = aftermath;
  const raised = readRaised(bases);
  if (raised !== undefined && !left) await untilReverted({ ...aftermath, raised });
  const { attackers, others } = witness.total();
  const stood = raised !== undefined && left ? 'the shields went with it; ' : '';
  const count = (value: number): string => value.toLocaleString('en');
  const summary = `playground: ${stood}served ${count(attackers)} requests of attackers, ${count(others)} of visitors`;
  witness.say(summary);
  return summary;
}

type Wait = Aftermath & Readonly<{ raised: Raised }>;

async function untilReverted({ witness, bases, raised, hurry, trialSeconds }: Wait): Promise<void> {
  const { id } = raised;
  const patience = Math.max(raised.leftSeconds, raised.phase === 'raising' ? trialSeconds : 0) + LATE_SECONDS;
  const end = performance.now() + patience * 1000;
  witness.say(`shields ${id} are up with nobody at the console; their own revert is waited for`);
  // Seen where the terminal is still there: it was the console alone that ended.
  const left = Math.ceil(raised.leftSeconds);
  process.stdout.write(
    `playground: shields are up and come down by themselves in ${left} s; it ends then (Ctrl-C: at once)\n`,
  );
  witness.count();
  for (;;) {
    const now = readRaised(bases);
    if (now?.id !== id) break;
    witness.say(`shields up (${now.phase}), ${Math.ceil(now.leftSeconds)} s left; ${rates(witness.count())}`);
    if (hurry.aborted || performance.now() > end) {
      witness.say(
        hurry.aborted ? 'not waited for any longer' : `the revert did NOT come within ${LATE_SECONDS} s`,
      );
      return;
    }
    await pause(hurry);
  }
  witness.say('the revert has run by itself; its own report:');
  for (const line of readOutcomeText([...bases].reverse(), id)) witness.say(`  ${line}`);
  const tables = await tool(['nft', 'list', 'tables']).catch((error: Error) => error.message);
  witness.say(`nft tables now: ${tables.trim().replaceAll('\n', ', ')}`);
  witness.count();
  await pause(hurry);
  witness.say(`the attack is back, as it should be: ${rates(witness.count())}`);
}

const rates = ({ attackers, others }: Requests): string =>
  `requests served in this second: ${attackers} of attackers, ${others} of visitors`;

function pause(hurry: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, EVERY_MS);
    hurry.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
