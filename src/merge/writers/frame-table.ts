import { type Frame, parseFrame } from '../../format/frame.js';
import { frameText, NO_STACK } from './frame-text.js';

export interface NamedFrame extends Frame {
  /** `leak_order0 [polleak]`, or with the offset. */
  readonly name: string;
}

/** The distinct frames of a profile, numbered from 0 as they come. There are few beside the lines of all stacks, so each line is taken apart once. */
export class FrameTable {
  readonly frames: NamedFrame[] = [];
  private readonly byLine = new Map<string, number>();
  private readonly byName = new Map<string, number>();
  private readonly withOffsets: boolean;

  constructor(withOffsets: boolean) {
    this.withOffsets = withOffsets;
  }

  /** The numbers of a stack's frames, in the order given; never empty. */
  numbersOf(lines: readonly string[]): number[] {
    return lines.length > 0 ? lines.map((line) => this.numberOf(line)) : [this.numberOf(NO_STACK)];
  }

  private numberOf(line: string): number {
    let number = this.byLine.get(line);
    if (number === undefined) {
      number = this.add(parseFrame(line));
      this.byLine.set(line, number);
    }
    return number;
  }

  private add(frame: Frame): number {
    const name = frameText(frame, this.withOffsets);
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    this.byName.set(name, this.frames.length);
    return this.frames.push({ ...frame, name }) - 1;
  }
}
