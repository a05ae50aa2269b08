import type { Selection } from '../merge/grouping.js';
import type { Tasks } from '../merge/tasks.js';

const UNKNOWN = 0;
const YES = 1;
const NO = 2;

/** Which tasks a selection lets pass. Decided once a task: pid, tgid and name are functions of it. */
export class SelectedTasks {
  readonly selectsAll: boolean;
  private readonly selection: Selection;
  private readonly tasks: Tasks;
  private answers: Uint8Array = new Uint8Array(0);

  constructor(selection: Selection, tasks: Tasks) {
    this.selection = selection;
    this.tasks = tasks;
    this.selectsAll = !selection.pids && !selection.tgids && !selection.names;
  }

  has(task: number): boolean {
    if (this.selectsAll) return true;
    if (task >= this.answers.length) {
      const larger = new Uint8Array(task * 2 + 64);
      larger.set(this.answers);
      this.answers = larger;
    }
    if (this.answers[task] === UNKNOWN) this.answers[task] = this.decide(task) ? YES : NO;
    return this.answers[task] === YES;
  }

  private decide(task: number): boolean {
    const { pids, tgids, names } = this.selection;
    const { pid, tgid } = this.tasks;
    if (pids && !pids.includes(pid[task] as number)) return false;
    if (tgids && !tgids.includes(tgid[task] as number)) return false;
    if (!names) return true;
    const name = this.tasks.nameBytes(task);
    return names.some((selected) => Buffer.compare(selected, name) === 0);
  }
}
