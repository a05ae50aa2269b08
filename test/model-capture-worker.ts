/** What threads run in tests: the model, by the seed and the base that stand for a path. */
import { answer, type CaptureTask } from '../src/workers/capture-entry.js';
import { ModelFile, modelRecords } from './model-page-owner.js';

let open: { readonly path: string; readonly file: ModelFile } | undefined;

export default function capture(task: CaptureTask): unknown {
  if (open?.path !== task.path) {
    const [seed = 0, end = 0, base = 0] = task.path.split('/').map(Number);
    open = { path: task.path, file: new ModelFile(modelRecords(seed, end), base) };
  }
  return answer(task, open.file);
}
