import { grown } from '../grow.js';
import { fillRandomly } from '../random.js';

const FREE = -1;
const random = new Uint32Array(1);
fillRandomly(new Uint8Array(random.buffer));
const [seed] = random as unknown as [number];

/**
 * Distinct tuples of `width` 32-bit numbers (up to 5), numbered in the order in which they came.
 *
 *     values  │a b c│a b c│…      tuple i is at i * width
 *     slots   │-1│ 1│-1│ 0│…      ids at hash % length, open addressing, at most half full
 */
export class Tuples {
  readonly width: number;
  size = 0;
  values: Uint32Array<ArrayBuffer>;
  private slots: Int32Array<ArrayBuffer> = new Int32Array(1 << 10).fill(FREE);

  constructor(width: number) {
    this.width = width;
    this.values = new Uint32Array(width << 8);
  }

  /** The id of a tuple; what it is wide is given. */
  intern(a: number, b: number, c: number, d = 0, e = 0): number {
    const { width } = this;
    const mask = this.slots.length - 1;
    let place = hash(a, b, c, d, e) & mask;
    for (; ; place = (place + 1) & mask) {
      const id = this.slots[place] as number;
      if (id === FREE) break;
      const at = id * width;
      const { values } = this;
      if (
        values[at] === a &&
        values[at + 1] === b &&
        values[at + 2] === c &&
        (width < 4 || (values[at + 3] === d && values[at + 4] === e))
      )
        return id;
    }
    const id = this.size++;
    const at = id * width;
    this.values = grown(this.values, at + width);
    this.values[at] = a;
    this.values[at + 1] = b;
    this.values[at + 2] = c;
    if (width > 3) {
      this.values[at + 3] = d;
      this.values[at + 4] = e;
    }
    this.slots[place] = id;
    if (this.size * 2 > this.slots.length) this.rebuild();
    return id;
  }

  private rebuild(): void {
    const { width, values } = this;
    const slots = new Int32Array(this.slots.length * 4).fill(FREE);
    const mask = slots.length - 1;
    for (let id = 0; id < this.size; id++) {
      const [a, b, c, d = 0, e = 0] = values.subarray(id * width, (id + 1) * width) as unknown as number[];
      let place = hash(a as number, b as number, c as number, d, e) & mask;
      while (slots[place] !== FREE) place = (place + 1) & mask;
      slots[place] = id;
    }
    this.slots = slots;
  }
}

function hash(a: number, b: number, c: number, d: number, e: number): number {
  let hash = seed;
  hash = Math.imul(hash ^ a, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + b, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + c, 0x27d4eb2f);
  hash = Math.imul((hash ^ (hash >>> 16)) + d, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + e, 0xc2b2ae35);
  return hash ^ (hash >>> 14);
}
