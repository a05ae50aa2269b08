import { grown } from '../grow.js';

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Appends the fields of a message in the wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding/). */
export class ProtobufWriter {
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 10);
  private length = 0;
  private readonly encoder = new TextEncoder();

  /** An integer, not negative: a number up to 2^53, or a bigint below 2^64. Zero is not written: it is what a missing field means. */
  integer(field: number, value: number | bigint): void {
    if (value === 0 || value === 0n) return;
    this.varint(field * 8 + VARINT);
    this.varint(value);
  }

  /** A repeated integer, packed. */
  integers(field: number, values: readonly number[]): void {
    this.start(
      field,
      values.reduce((size, value) => size + varintBytes(value), 0),
    );
    for (const value of values) this.varint(value);
  }

  /** A string; an empty one is written too, since it may be one of a repeated field. */
  text(field: number, value: string): void {
    this.append(field, this.encoder.encode(value));
  }

  message(field: number, message: ProtobufWriter): void {
    this.append(field, message.contents());
  }

  /** What was appended. Valid until the next append. */
  contents(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  private append(field: number, content: Uint8Array): void {
    this.start(field, content.length);
    this.bytes = grown(this.bytes, this.length + content.length);
    this.bytes.set(content, this.length);
    this.length += content.length;
  }

  private start(field: number, size: number): void {
    this.varint(field * 8 + LENGTH_DELIMITED);
    this.varint(size);
  }

  /** Seven bits a byte, lowest first. Bit operators would cut numbers at 32 bits. */
  private varint(value: number | bigint): void {
    let rest = value;
    for (; rest > Number.MAX_SAFE_INTEGER; rest = BigInt(rest) >> 7n) this.byte(Number(BigInt(rest) & 127n) + 128);
    let low = Number(rest);
    for (; low > 127; low = Math.floor(low / 128)) this.byte((low % 128) + 128);
    this.byte(low);
  }

  private byte(value: number): void {
    this.bytes = grown(this.bytes, this.length + 1);
    this.bytes[this.length++] = value;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
