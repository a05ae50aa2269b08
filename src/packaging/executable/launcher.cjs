// What the executable runs, in its first thread and in all others. Programs and libraries are assets, with what V8 made of them when it was built.
const { getRawAsset } = require('node:sea');
const { Script } = require('node:vm');
const { basename } = require('node:path');
const { isMainThread } = require('node:worker_threads');

/** Where the bundle would stand: places that programs know are below it. */
const BUNDLE = '/dist/bundle/';
const LIBRARIES = ['bullmq', 'hdr-histogram-js', 'ioredis', 'pg', 'piscina', 'split2'];

const loaded = new Map();

function asset(path) {
  return Buffer.from(getRawAsset(path.slice(1)));
}

/** Stands in for require(): what is neither a program nor a library is Node's own. */
function load(id) {
  const path = LIBRARIES.includes(id) ? `${BUNDLE}libraries/${id}.js` : id;
  if (!path.startsWith(BUNDLE)) return require(id);
  const known = loaded.get(path);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(path, module);
  const cachedData = asset(path.replace(/js$/, 'cache'));
  const program = new Script(asset(path.replace(/js$/, 'program.js')).latin1Slice(), {
    filename: path,
    ...(cachedData.length > 0 && { cachedData }),
  });
  program.runInThisContext()(module.exports, load, module, path);
  return module.exports;
}

if (isMainThread)
  load(`${BUNDLE}main/${basename(process.argv0) === 'page_owner_sort' ? 'page_owner_sort' : 'pageowner'}.js`);
else load(`${BUNDLE}libraries/piscina-worker.js`);
