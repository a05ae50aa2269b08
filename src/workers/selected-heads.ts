import type { Selection } from '../merge/grouping.js';
import type { Heads } from '../merge/heads.js';

const UNKNOWN = 0;
const YES = 1;
const NO = 2;

/** Which heads a selection lets pass. Decided once a head: pid, tgid and name are functions of it. */
export class SelectedHeads {
  private readonly selection: Selection;
  private readonly heads: Heads;
  readonly selectsAll: boolean;
  private answers: Uint8Array = new Uint8Array(0);

  constructor(selection: Selection, heads: Heads) {
    this.selection = selection;
    this.heads = heads;
    this.selectsAll = !selection.pids && !selection.tgids && !selection.names;
  }

  has(head: number): boolean {
    if (this.selectsAll) return true;
    if (head >= this.answers.length) {
      const larger = new Uint8Array(head * 2 + 64);
      larger.set(this.answers);
      this.answers = larger;
    }
    if (this.answers[head] === UNKNOWN) this.answers[head] = this.decide(head) ? YES : NO;
    return this.answers[head] === YES;
  }

  private decide(head: number): boolean {
    const { pids, tgids, names } = this.selection;
    const { pid, tgid } = this.heads;
    if (pids && !pids.includes(pid[head] as number)) return false;
    if (tgids && !tgids.includes(tgid[head] as number)) return false;
    if (!names) return true;
    const name = this.heads.nameBytes(head);
    return names.some((selected) => Buffer.compare(selected, name) === 0);
  }
}
