// node man-pages.js FOLDER: writes the manual pages of both programs and all commands, section 1.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCommands } from './command-line/definition.js';
import { manPage, pageName } from './command-line/manual/man-page.js';
import { build, version } from './command-line/version.js';
import { definitions } from './pageowner-program.js';

/** Where the sources are no git repository. */
const NO_DATE = '1970-01-01';

const [folder = 'dist/man'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const programs = definitions();
const facts = { version: version(), date: build().date ?? NO_DATE };
for (const definition of programs.flatMap(withCommands))
  writeFileSync(join(folder, `${pageName(definition)}.1`), manPage(definition, facts, programs));
