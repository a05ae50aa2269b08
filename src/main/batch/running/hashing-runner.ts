import type { Hash } from 'node:crypto';
import type { ChunkQueue } from '../../../workers/chunk-queue.js';
import { readAt } from '../../../workers/chunk-runner.js';
import type { Runner } from '../../../workers/runner.js';
import { manyRunners } from '../../../workers/runners.js';
import type { OnePlan, ThreadResult } from '../../../workers/task.js';

const PIECE_BYTES: number = 1 << 20;

/**
 * Scans a dump and hashes it. A hash wants the bytes in their order: as long as this thread takes all chunks, it hashes what it scans. When others help,
 * it only hashes, which takes longer than to scan, and what it reads then is still in memory since they have just read it.
 */
export class HashingRunner implements Runner<readonly unknown[], readonly unknown[]> {
  private readonly hash: Hash;
  private readonly runner: Runner<readonly unknown[], readonly unknown[]>;
  private piece: Buffer | undefined;
  /** So many bytes, from the start, are hashed. */
  private hashed = 0;

  constructor(plans: readonly OnePlan[], hash: Hash) {
    this.hash = hash;
    this.runner = manyRunners(plans, (bytes, offset) => {
      if (offset !== this.hashed) return;
      hash.update(bytes);
      this.hashed += bytes.length;
    });
  }

  runNext(queue: ChunkQueue): boolean {
    // Others may take all that is left between these two.
    if (this.hashed === queue.place && this.runner.runNext(queue)) return true;
    if (this.hashed === queue.handle.end) return false;
    this.piece ??= Buffer.allocUnsafe(PIECE_BYTES);
    this.hashed += hashPiece(this.hash, queue.handle.fd, this.hashed, queue.place, this.piece);
    return true;
  }

  addBytes(bytes: Uint8Array, offset: number): void {
    this.runner.addBytes(bytes, offset);
  }

  endChunk(milliseconds: number): void {
    this.runner.endChunk(milliseconds);
  }

  noteTime(milliseconds: number): void {
    this.runner.noteTime(milliseconds);
  }

  get bytesHeld(): number {
    return this.runner.bytesHeld;
  }

  finish(): ThreadResult<readonly unknown[]> {
    return this.runner.finish();
  }

  absorb(result: ThreadResult<readonly unknown[]>): void {
    this.runner.absorb(result);
  }

  result(): ThreadResult<readonly unknown[]> {
    return this.runner.result();
  }
}

/** Hashes a file. Throws a ReadError. */
export function hashFile(hash: Hash, fd: number, size: number): void {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let at = 0; at < size; ) at += hashPiece(hash, fd, at, size, piece);
}

/** Hashes what stands in a file at [from, to), or less of it. Returns how many bytes. */
function hashPiece(hash: Hash, fd: number, from: number, to: number, piece: Buffer): number {
  const read = readAt(fd, piece, Math.min(piece.length, to - from), from);
  hash.update(piece.subarray(0, read));
  return read;
}
