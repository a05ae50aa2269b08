// node sea-config.cjs TREE BLOB: prints what Node makes a blob for an executable by: each file of a tree is an asset, by its path in it.
const { readdirSync, writeFileSync } = require('node:fs');
const { join, relative } = require('node:path');

const LAUNCHER = join(__dirname, 'launcher.cjs');
const [tree, output] = process.argv.slice(2);

const files = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const paths = files.map(({ name, parentPath }) => join(parentPath, name)).sort();
const programs = paths.filter((path) => path.endsWith('.program.js'));
const isLauncher = (path) => programs.includes(path.replace(/js$/, 'program.js'));
// An empty one is taken for none.
const NO_CACHE = join(tree, '.no-cache');
writeFileSync(NO_CACHE, '');

const assets = Object.fromEntries([
  ...programs.map((path) => [relative(tree, path.replace('program.js', 'cache')), NO_CACHE]),
  ...paths.filter((path) => !isLauncher(path)).map((path) => [relative(tree, path), path]),
  ['launcher.cjs', LAUNCHER],
]);
process.stdout.write(
  JSON.stringify(
    { main: LAUNCHER, output, disableExperimentalSEAWarning: true, execArgvExtension: 'none', assets },
    null,
    2,
  ),
);
