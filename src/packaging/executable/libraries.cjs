// node libraries.cjs NAME…: prints the folders of libraries and of all that they need, which are in the executable.
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const found = new Set();

function add(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(path)) {
      if (found.has(path)) return;
      found.add(path);
      const { dependencies = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      for (const needed of Object.keys(dependencies)) add(needed, path);
      return;
    }
    if (folder === dirname(folder)) return;
  }
}

for (const name of process.argv.slice(2)) add(name, process.cwd());
process.stdout.write(`${[...found].sort().join('\n')}\n`);
