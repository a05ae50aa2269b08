import { isHandlesText } from '../../format/stacks-text.js';
import type { Form } from './form.js';
import { STACKS } from './stacks-form.js';

/** page_owner_stacks/show_handles (6.19): pages by the number of a stack, which show_stacks_handles names. */
export const HANDLES: Form = { ...STACKS, id: 'handles', title: 'the text of show_handles', isIt: isHandlesText };
