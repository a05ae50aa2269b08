import { formOf } from '../../../merge/forms/forms.js';
import { formatOf } from '../../io/compression.js';

/** What is looked at, if there is so much. */
export const START_BYTES: number = 1 << 16;

/** Whether content that begins so is a dump, or of another form that is read, and no list of dumps. Throws for what is packed in a way that is not read here. */
export function isDumpStart(input: string, start: Buffer): boolean {
  return formatOf(input, start) !== undefined || formOf(start.toString('latin1', 0, START_BYTES)) !== undefined;
}
