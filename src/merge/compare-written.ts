import type { Compare, Table } from './table.js';
import { TextBuffer } from './text-writer.js';

/** The slow, sure way to order groups by what `append` writes of them: write both. */
export function compareWritten(table: Table, append: (out: TextBuffer, table: Table, group: number) => void): Compare {
  const [first, second] = [new TextBuffer(), new TextBuffer()];
  return (a, b) => {
    first.clear();
    second.clear();
    append(first, table, a);
    append(second, table, b);
    return Buffer.compare(first.contents(), second.contents());
  };
}
