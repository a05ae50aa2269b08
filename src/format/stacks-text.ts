/**
 * The text of page_owner_stacks/: stacks, an empty line behind each.
 *
 *      get_page_from_freelist+0x137e/0x1450
 *     nr_base_pages: 6                          show_stacks; `stack_count: 6` in the 6.9 merge window, `handle: 7` in show_stacks_handles
 *
 *     handle: 7                                 show_handles (6.19)
 *     nr_base_pages: 6
 */
export interface StackText {
  /** Frames, leaf first, without the leading space. */
  readonly stack: readonly string[];
  /** What the other lines say. */
  readonly numbers: Readonly<Record<string, number>>;
}

const NUMBER = /^(\w+): (\d{1,15})$/;

/** Whether text that begins so is of this form: a frame or more, and a number. A dump whose beginning is missing also begins with a frame. */
export function isStacksText(start: string): boolean {
  return /^(?: \S[^\n]*\n)+(?:nr_base_pages|stack_count|handle): \d+\s*$/.test(firstRecord(start));
}

/** Whether it is of show_handles: numbers of stacks without the stacks. */
export function isHandlesText(start: string): boolean {
  return /^handle: \d+\r?\nnr_base_pages: \d+\s*$/.test(firstRecord(start));
}

function firstRecord(start: string): string {
  return start.replace(/^(?:\r?\n)+/, '').split(/\r?\n\r?\n/, 1)[0] ?? '';
}

/** Reads all of it. Throws an Error that says in which line something else stands, or that it ends within a stack. */
export function parseStacksText(text: string): StackText[] {
  const stacks: StackText[] = [];
  let stack: string[] = [];
  let numbers: Record<string, number> = {};
  const lines = text.split(/\r?\n/);
  const end = (line: number): void => {
    if (stack.length > 0 && Object.keys(numbers).length === 0)
      throw new Error(`the stack that ends in line ${line} has no number behind it: the text is cut off there`);
    if (stack.length > 0 || Object.keys(numbers).length > 0) stacks.push({ stack, numbers });
    stack = [];
    numbers = {};
  };
  lines.forEach((line, i) => {
    const [, name, value] = NUMBER.exec(line) ?? [];
    if (line === '') end(i);
    else if (line.startsWith(' ')) stack.push(line.trimStart());
    else if (name !== undefined) numbers[name] = Number(value);
    else throw new Error(`line ${i + 1} is neither a frame nor a number`);
  });
  end(lines.length);
  return stacks;
}
