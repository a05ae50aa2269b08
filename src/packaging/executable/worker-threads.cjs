// Stands in for node:worker_threads in piscina: in the executable the file that its threads run is an asset.
// biome-ignore lint/style/useNodejsImportProtocol: with it, this file would stand in for what it loads
const threads = require('worker_threads');
const { getAsset } = require('node:sea');

class Worker extends threads.Worker {
  constructor(_file, options) {
    super(getAsset('launcher.cjs', 'latin1'), { ...options, eval: true });
  }
}

module.exports = { ...threads, Worker };
