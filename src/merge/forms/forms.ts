import { ALLOCINFO } from './allocinfo.js';
import { DUMP } from './dump.js';
import type { Form } from './form.js';
import { HANDLES } from './handles.js';
import { LOG } from './log.js';
import { SAVED_AGGREGATE } from './saved-aggregate.js';
import { SORTED } from './sorted.js';
import { STACKS } from './stacks.js';

/** All forms, in the order in which an input is asked: the first that says yes takes it. */
const FORMS: readonly Form[] = [SAVED_AGGREGATE, SORTED, ALLOCINFO, HANDLES, STACKS, LOG, DUMP];

/** The form of an input that begins so; undefined if it is none of them. */
export function formOf(start: string): Form | undefined {
  return FORMS.find((form) => form.isIt(start));
}
