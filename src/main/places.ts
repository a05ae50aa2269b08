/**
 * What stands at a fixed place beside the programs. It is known here, in the folder of the programs, so that the places are the same in the bundle, where
 * all of a program is one file.
 */

export const PACKAGE_FILE: URL = new URL('../../../package.json', import.meta.url);

/** What src/build-facts knows of the sources. */
export const BUILD_FILE: URL = new URL('../../build.json', import.meta.url);

/** What threads run that take chunks from a queue. */
export const CHUNKS_ENTRY: URL = new URL('../workers/entry.js', import.meta.url);

/** What threads run that read a kernel's page_owner file. */
export const CAPTURE_ENTRY: URL = new URL('../workers/capture-entry.js', import.meta.url);

/** What a report's page is made of: its script and its style, made from src/page. */
export const PAGE_SCRIPT: URL = new URL('../page/page.js', import.meta.url);
export const PAGE_STYLE: URL = new URL('../page/page.css', import.meta.url);

/** What the threads of a batch run. */
export const BATCH_ENTRY: URL = new URL('./batch-worker.js', import.meta.url);
