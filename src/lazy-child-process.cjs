// Stands in for node:child_process in the bundle: commander asks for it at once, few runs need it, and it takes 5 ms to load.
// biome-ignore lint/style/useNodejsImportProtocol: with it, this file would stand in for what it loads
const load = () => require('child_process');
exports.spawn = (...args) => load().spawn(...args);
exports.spawnSync = (...args) => load().spawnSync(...args);
