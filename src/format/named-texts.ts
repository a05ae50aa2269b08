export function nameOfText(_start: Uint8Array): { name: string; advice: string } | undefined {
  return undefined;
}
