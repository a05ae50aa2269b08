import { ALLOCINFO } from './allocinfo-form.js';
import { DUMP } from './dump-form.js';
import type { Form } from './form.js';
import { HANDLES } from './handles-form.js';
import { LOG } from './log-form.js';
import { SAVED_AGGREGATE } from './saved-aggregate-form.js';
import { SORTED } from './sorted-form.js';
import { STACKS } from './stacks-form.js';

/** All forms, in the order in which an input is asked: the first that says yes takes it. */
const FORMS: readonly Form[] = [SAVED_AGGREGATE, SORTED, ALLOCINFO, HANDLES, STACKS, LOG, DUMP];

/** The form of an input that begins so; undefined for an unknown one. */
export function formOf(start: string): Form | undefined {
  return FORMS.find((form) => form.isIt(start));
}
