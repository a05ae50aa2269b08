#!/usr/bin/env node
// Runs the program beside this file with what V8 made of it when it was built (src/code-cache.cjs): without that, it is compiled anew at each start.
// Another V8 refuses that, and compiles.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const file = __filename.replace(/js$/, 'program.js');
const cachedData = readFileSync(__filename.replace(/js$/, 'cache'));
const program = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData });
program.runInThisContext()(exports, require, module, __filename);
