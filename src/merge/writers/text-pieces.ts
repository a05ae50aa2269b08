/** Text is handed on in pieces of about so many characters. */
const PIECE_LENGTH = 1 << 20;

/** Joins texts to pieces of UTF-8. Each stays valid. */
export function* textPieces(texts: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let pending = '';
  for (const text of texts) {
    pending += text;
    if (pending.length < PIECE_LENGTH) continue;
    yield encoder.encode(pending);
    pending = '';
  }
  if (pending.length > 0) yield encoder.encode(pending);
}
