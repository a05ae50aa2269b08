// node src/code-cache.cjs LAUNCHER [RUN…]: makes what src/launcher.cjs gives to V8. What V8 compiles in the runs, each given as its arguments, is kept.
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { resolve } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const [launcher, ...runs] = process.argv.slice(2);
const filename = resolve(launcher);
// V8 keeps this name: not that of a folder of the machine that builds.
const program = new Script(readFileSync(filename.replace(/js$/, 'program.js'), 'latin1'), { filename: 'program.js' });

function start() {
  const module = { exports: {} };
  program.runInThisContext()(module.exports, createRequire(filename), module, filename);
}

async function main() {
  const { exit } = process;
  // Else what is not used for a while is forgotten, now and then.
  setFlagsFromString('--no-flush-bytecode');
  if (runs.length === 0) start();
  for (const run of runs) {
    process.argv = [process.execPath, filename, ...run.split(' ')];
    const status = await new Promise((resolve) => {
      process.exit = resolve;
      start();
    });
    if (status !== 0) throw new Error(`${launcher} ${run}: exit code ${status}`);
  }
  process.exit = exit;
  // A flag that differs is another V8 to the one that reads it.
  setFlagsFromString('--flush-bytecode');
  writeFileSync(filename.replace(/js$/, 'cache'), program.createCachedData());
}

main();
