/** The distinct strings of a dump, by kind. The main program reads each once (kernel-reader.ts), and fills in its entry. */
import { wantsModule } from './asked';
import { BYTES, Dictionary, FLAGS, firstOf, intern, internAll, KNOWN, lengthOf, newDictionary, PLAIN } from './kernel-dictionary';
import { isOrdinary } from './ordinary';
import { sortedIds } from './sort';

export let masks: Dictionary = changetype<Dictionary>(0);
export let tasks: Dictionary = changetype<Dictionary>(0);
export let stacks: Dictionary = changetype<Dictionary>(0);
export let tails: Dictionary = changetype<Dictionary>(0);
export let places: Dictionary = changetype<Dictionary>(0);
/** The entry of a task that no one asks for. */
export let noTask: usize = 0;

/** Forgets all. */
export function startStrings(): void {
  masks = newDictionary();
  tasks = newDictionary();
  stacks = newDictionary();
  tails = newDictionary();
  places = newDictionary();
  noTask = intern(tasks, 0, 0);
}

/** Whether someone has read a stack or tail lines, or need not. */
export function isRead(entry: usize): bool {
  if (load<u32>(entry, FLAGS)) return true;
  const from = entry + BYTES;
  if (wantsModule || !isOrdinary(from, from + lengthOf(entry))) return false;
  store<u32>(entry, PLAIN | KNOWN, FLAGS);
  return true;
}

export function getNoTask(): usize {
  return noTask;
}

/** The dictionary of a kind: 0 masks, 1 tasks, 2 stacks, 3 tails, 4 places. */
function dictionaryOf(kind: u32): Dictionary {
  return kind == 0 ? masks : kind == 1 ? tasks : kind == 2 ? stacks : kind == 3 ? tails : places;
}

/** The first string of a kind: entries name the next one. */
export function firstEntry(kind: u32): usize {
  return firstOf(dictionaryOf(kind));
}

export function sortedIdsOf(kind: u32, into: usize, scratch: usize): void {
  sortedIds(dictionaryOf(kind), into, scratch);
}

export function internOf(kind: u32, from: usize, length: usize): usize {
  return intern(dictionaryOf(kind), from, length);
}

export function internAllOf(kind: u32, from: usize, lengths: usize, count: u32): void {
  internAll(dictionaryOf(kind), from, lengths, count);
  if (kind < 2) return;
  for (let i: u32 = 0; i < count; i++) isRead(load<u32>(lengths + (<usize>i << 2)));
}
