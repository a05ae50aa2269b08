// Stands in for node:child_process in the bundle: commander asks for it at once, few runs need it, and it takes 5 ms to load.
// biome-ignore lint/style/useNodejsImportProtocol: with it, this file would stand in for what it loads
exports.spawn = (...args) => require('child_process').spawn(...args);
