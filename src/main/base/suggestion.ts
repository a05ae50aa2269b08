/** ` (did you mean X?)` for what was typed, or nothing where no known word is near. */
export function suggestion(typed: string, known: readonly string[]): string {
  const near = known
    .map((word) => ({ word, distance: distanceOf(typed, word) }))
    .filter(({ word, distance }) => distance <= Math.max(1, Math.floor(word.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? ` (did you mean ${near.word}?)` : '';
}

/** The number of letters to insert, delete, replace or swap with a neighbour (Damerau and Levenshtein's, restricted). */
function distanceOf(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const [up, left, both] = [rows[i - 1]?.[j], row[j - 1], rows[i - 1]?.[j - 1]] as [number, number, number];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          up + 1,
          left + 1,
          both + (a[i - 1] === b[j - 1] ? 0 : 1),
          isSwap ? (rows[i - 2]?.[j - 2] as number) + 1 : Infinity,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] as number;
}
