export interface AllocationSite { readonly bytes: number; readonly calls: number; readonly file: string; readonly line: number; readonly module: string | null; readonly function: string }
export interface Allocinfo { readonly version: string; readonly sites: readonly AllocationSite[]; readonly malformed: number; readonly malformedAt: number | null }
export function isAllocinfo(start: string): boolean { return start.startsWith('allocinfo'); }
export function parseAllocinfo(_text: string): Allocinfo { return { version: '', sites: [], malformed: 0, malformedAt: null }; }
