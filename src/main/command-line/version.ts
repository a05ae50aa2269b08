import type { Command } from 'commander';
import { shippedFile } from '../../workers/shipped-file.js';
import { BUILD_FILE, PACKAGE_FILE } from '../places.js';

/** What src/build-facts writes of the sources, where they are a git repository. */
interface Build {
  readonly commit?: string;
  /** Of the commit, as 2026-11-27. */
  readonly date?: string;
}

export function version(): string {
  return (JSON.parse(shippedFile(PACKAGE_FILE).toString()) as { version: string }).version;
}

export function build(): Build {
  return JSON.parse(shippedFile(BUILD_FILE).toString()) as Build;
}

/** Gives a program `--version`: `1.2.3 (commit 0123456789ab, Node 24.1.0, linux x64)`. */
export function withVersion(program: Command): Command {
  const { commit } = build();
  const facts = [
    ...(commit === undefined ? [] : [`commit ${commit}`]),
    `Node ${process.versions.node}`,
    `${process.platform} ${process.arch}`,
  ];
  return program.version(`${version()} (${facts.join(', ')})`, '--version', 'show the version');
}
