import { isStacksText, parseStacksText } from '../../format/stacks-text.js';
import { decodeText } from '../../format/text.js';
import { aggregateOfStacks } from '../aggregate/stacks-aggregate.js';
import type { Form } from './form.js';

/** page_owner_stacks/show_stacks: pages by stack. */
export const STACKS: Form = {
  id: 'stacks',
  title: 'the text of show_stacks',
  answers: { blocks: false, pages: true, times: false, tasks: false, places: false },
  isIt: isStacksText,
  reading: {
    kind: 'whole',
    read: (content) => aggregateOfStacks(parseStacksText(decodeText(content)), content.length),
  },
};
