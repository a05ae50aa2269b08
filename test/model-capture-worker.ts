/** What threads run in tests: the model, by the numbers and words that stand for a path: `seed/end`, `seed/end/base/words of its kernel`. */
import { type CaptureTask, captureWith } from '../src/workers/capture-entry.js';
import { ModelFile, modelRecords } from './model-page-owner.js';

const capture: (task: CaptureTask) => unknown = captureWith((path, flags) => {
  const [seed = '0', end = '0', base = '0', words = ''] = path.split('/');
  return new ModelFile(modelRecords(Number(seed), Number(end)), Number(base), {
    words: words === '' ? [] : words.split('+'),
    flags,
  });
});
export default capture;
