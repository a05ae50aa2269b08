/**
 * The text of page_owner_stacks/: stacks, an empty line behind each.
 *
 *      get_page_from_freelist+0x137e/0x1450
 *     nr_base_pages: 6                          show_stacks; `stack_count: 6` in the 6.9 merge window, `handle: 7` in show_stacks_handles
 */
export interface StackText {
  /** Frames, leaf first, without the leading space. */
  readonly stack: readonly string[];
  /** What the other lines say. */
  readonly numbers: Readonly<Record<string, number>>;
}

const NUMBER = /^(\w+): (\d{1,15})$/;

/** Whether text that begins so is of this form: a dump begins with a header, this with a frame. */
export function isStacksText(start: string): boolean {
  if (!/^(nr_base_pages|stack_count|handle): /m.test(start)) return false;
  return /^\n* \S/.test(start);
}

/** Reads all of it. Throws an Error that says in which line something else stands. */
export function parseStacksText(text: string): StackText[] {
  const stacks: StackText[] = [];
  let stack: string[] = [];
  let numbers: Record<string, number> = {};
  const end = (): void => {
    if (stack.length > 0 || Object.keys(numbers).length > 0) stacks.push({ stack, numbers });
    stack = [];
    numbers = {};
  };
  text.split(/\r?\n/).forEach((line, i) => {
    const [, name, value] = NUMBER.exec(line) ?? [];
    if (line === '') end();
    else if (line.startsWith(' ')) stack.push(line.trimStart());
    else if (name !== undefined) numbers[name] = Number(value);
    else throw new Error(`line ${i + 1} is neither a frame nor a number`);
  });
  end();
  return stacks;
}
export function isHandlesText(start: string): boolean { return start.startsWith('handle: '); }
