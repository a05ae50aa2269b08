/** A write costs more than making a string longer. */
const PIECE_LENGTH = 1 << 16;

/** The same text in pieces worth a write. None ends within a character if no part does. */
export function* pieces(parts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece) yield piece;
}
