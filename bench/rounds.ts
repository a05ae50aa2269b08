import { type Command, type Cost, runProcess } from './run-process.js';

/**
 * Runs all commands once a round, so that what else the machine does hits all of them alike. Each round begins with another one.
 * @returns the costs of each command, round by round
 */
export async function runRounds(commands: readonly Command[], rounds: number): Promise<Cost[][]> {
  const costs: Cost[][] = commands.map(() => []);
  for (let round = 0; round < rounds; round++) {
    if (process.stderr.isTTY) process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    for (let i = 0; i < commands.length; i++) {
      const turn = (round + i) % commands.length;
      costs[turn]?.push(await runProcess(commands[turn] as Command));
    }
  }
  return costs;
}
