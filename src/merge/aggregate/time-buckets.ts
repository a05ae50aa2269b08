/**
 * Times of blocks are counted in buckets whose width grows with the time: 64 to each doubling, so that a bucket is at most 1/64 of its time wide.
 *
 *     bucket   0 │ 1 … 63: [1 ns, 2 ns) │ 64 … 127: [2 ns, 4 ns) │ …
 */
const BITS = 6;
const PER_DOUBLING = 1 << BITS;
const EXPONENT_OF_ONE = 1023;
/** That of the last times below 2^64, which a double rounds up. */
const LAST_BUCKET = 64 * PER_DOUBLING - 1;

const double = new DataView(new ArrayBuffer(8));

/** The bucket of a time in ns: what a double of it has as exponent and first bits. (workers/kernel/listing.ts does the same.) */
export function bucketOf(ns: number): number {
  if (ns < 1) return 0;
  double.setFloat64(0, ns);
  return Math.min((double.getUint32(0) >>> (20 - BITS)) - EXPONENT_OF_ONE * PER_DOUBLING, LAST_BUCKET);
}

/** The first whole ns of a bucket. It ends where the next one begins. */
export function bucketStart(bucket: number): number {
  if (bucket <= 0) return 0;
  return Math.ceil(2 ** (bucket >> BITS) * (1 + (bucket & (PER_DOUBLING - 1)) / PER_DOUBLING));
}

/** The last ns of the bucket that begins at `start`. */
export function bucketEnd(start: number): number {
  return bucketStart(bucketOf(start) + 1) - 1;
}
