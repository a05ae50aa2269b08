// node examples.cjs FOLDER: writes the scripts and systemd units of docs/nightly.md as files. Such a block names its file in a comment: `# /etc/…/NAME`.
const { readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');

const [folder] = process.argv.slice(2);
const page = readFileSync(join(__dirname, '../../../docs/nightly.md'), 'utf8');
for (const [, block] of page.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)) {
  const [, path] = /^(?:#!.*\n)?# (\/\S+)/.exec(block) ?? [];
  if (path) writeFileSync(join(folder, basename(path)), block, { mode: 0o644 });
}
