/** `Charged (via objcg) to offline memcg NAME`: whose account a block is on. */
const CHARGED = /^Charged (?:\(via objcg\) )?to (offline |dying )?memcg (.*)$/s;

export interface Memcg {
  /** The last part of its path; `/` for the root. */
  readonly name: string;
  /** It was removed, and lives on only for what is charged to it. */
  readonly isOffline: boolean;
}

/** The memory cgroup that tail lines name. */
export function memcgOf(tails: readonly string[]): Memcg | undefined {
  for (const line of tails) {
    const [, offline, name] = CHARGED.exec(line) ?? [];
    if (name !== undefined) return { name, isOffline: offline !== undefined };
  }
  return undefined;
}
