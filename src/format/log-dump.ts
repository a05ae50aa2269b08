import { BlockLines, isHeader, mayBegin } from './block-lines.js';
import { type LogPrefix, withoutCr } from './log-prefix.js';

/** No line of a dump is longer: the kernel prints a block of at most 65535 bytes (64 KiB pages). With room for a prefix. */
const LONGEST_LINE = 2 ** 16 + 2 ** 10;

/**
 * Gets a dump out of a log, piece by piece: takes the prefix off its lines, drops the lines of others, and gives back the empty lines that a console
 * has dropped, so that what remains is the dump's own bytes. Bytes are kept as they are, whatever their encoding.
 */
export class LogDump {
  /** Lines of others between, in or around blocks. */
  passedOver = 0;
  /** Where the first of them begins, in bytes of the log; undefined while there is none. */
  passedOverFrom: number | undefined;

  readonly #prefix: LogPrefix | undefined;
  /** The beginning of a line whose end is not there yet. */
  #begun = '';
  /** Whether a line is too long to be kept: its rest is dropped. */
  #isTooLong = false;
  /** Where the line that is read begins, in bytes of the log. */
  #at = 0;
  #block: BlockLines | undefined;
  /** Whether a line of another has followed the block's last. */
  #isFollowed = false;
  #out: string[] = [];

  /** @param prefix what findLogPrefix has found; undefined for text without one, as of a serial console */
  constructor(prefix?: LogPrefix) {
    this.#prefix = prefix;
  }

  /** Takes the next piece of the log, cut anywhere; gives what of the dump is known by now. */
  add(piece: Uint8Array): Uint8Array {
    const text = Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
    let from = 0;
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      this.#endLine(text.slice(from, to));
      from = to + 1;
    }
    this.#begin(text.slice(from));
    return this.#take();
  }

  /** The rest, when the log has ended. A last block without its empty line gets it only if more than that has followed. */
  end(): Uint8Array {
    if (this.#begun !== '' || this.#isTooLong) this.#readCutLine();
    if (this.#block?.isWhole && this.#isFollowed) this.#closeBlock();
    return this.#take();
  }

  #begin(text: string): void {
    this.#begun += text;
    if (this.#begun.length <= LONGEST_LINE) return;
    if (!this.#isTooLong) this.#passOver();
    this.#isTooLong = true;
    this.#at += this.#begun.length;
    this.#begun = '';
  }

  #endLine(rest: string): void {
    this.#begin(rest);
    const line = this.#begun;
    this.#begun = '';
    if (!this.#isTooLong) this.#readLine(this.#strip(line));
    this.#isTooLong = false;
    this.#at += line.length + 1;
  }

  #strip(line: string): string | undefined {
    return this.#prefix ? this.#prefix.strip(line) : withoutCr(line);
  }

  #readLine(line: string | undefined): void {
    if (line === undefined) this.#passOver();
    else if (isHeader(line)) {
      if (this.#block) this.#closeBlock();
      this.#block = new BlockLines(line);
      this.#out.push(line, '\n');
    } else if (line === '') {
      // Empty lines of others are nothing that could be lost.
      if (this.#block?.takeEmpty()) this.#out.push('\n');
      else if (this.#block) this.#closeBlock();
    } else if (this.#block?.take(line)) {
      this.#isFollowed = false;
      this.#out.push(line, '\n');
    } else {
      this.#block?.passOver(line);
      this.#passOver();
    }
  }

  /** Reads what has no LF: the log may have been cut there, or copied without its last. */
  #readCutLine(): void {
    const line = this.#isTooLong ? undefined : this.#strip(this.#begun);
    if (line === '') {
      // A prefix or a CR shows that there was an empty line.
      if (this.#block) this.#closeBlock();
    } else if (line !== undefined && mayBegin(line, this.#block !== undefined)) {
      if (this.#block && isHeader(line)) this.#closeBlock();
      this.#block = undefined;
      this.#out.push(line);
    } else if (!this.#isTooLong) {
      const isFollowed = this.#isFollowed;
      this.#passOver();
      // A prefix that is cut itself may have been that of the block's next line.
      this.#isFollowed = isFollowed || line !== undefined;
    }
  }

  #closeBlock(): void {
    this.#block = undefined;
    this.#out.push('\n');
  }

  #passOver(): void {
    this.passedOver++;
    this.passedOverFrom ??= this.#at;
    this.#isFollowed = true;
  }

  #take(): Uint8Array {
    const bytes = Buffer.from(this.#out.join(''), 'latin1');
    this.#out = [];
    return bytes;
  }
}
