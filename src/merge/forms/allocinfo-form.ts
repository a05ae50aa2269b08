import { isAllocinfo } from '../../format/allocinfo.js';
import type { Form } from './form.js';

/** /proc/allocinfo: bytes and calls by place in the source (CONFIG_MEM_ALLOC_PROFILING). */
export const ALLOCINFO: Form = {
  id: 'allocinfo',
  title: 'the text of /proc/allocinfo',
  answers: { blocks: false, pages: false, times: false, tasks: false, places: false },
  isIt: isAllocinfo,
  reading: { kind: 'sites' },
};
