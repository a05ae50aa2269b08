// Stands in for node:crypto in the bundle: few runs need it, and it takes 5 ms to load.
// biome-ignore lint/style/useNodejsImportProtocol: with it, this file would stand in for what it loads
const load = () => require('crypto');
exports.createHash = (...args) => load().createHash(...args);
exports.randomUUID = (...args) => load().randomUUID(...args);
