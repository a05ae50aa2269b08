/**
 * Where no one asks for tasks, those of the usual form need not be told apart: then a dump has as many as it has processes, which may be nearly all of its
 * blocks. This finds those of which that is sure; the main program (merge/tasks.ts) reads all others.
 *
 *     , pid 7, tgid 7 (comm), ts
 */

const PID: u64 = 0x20_6469_7020_2c; // ", pid "
const TGID: u64 = 0x2064_6967_7420_2c; // ", tgid "
const OPENS: u32 = 0x2820; // " ("
const CLOSES: u64 = 0x20_7374_202c_29; // "), ts "
const SIX: u64 = 0xffff_ffffffff;
const SEVEN: u64 = 0xffffff_ffffffff;
/** TASK_COMM_LEN has a zero behind it. */
const LONGEST_COMM: usize = 15;

/** Whether the task [from, to) of a head is of that form. Says no also where that is not so sure. */
export function isOrdinaryTask(from: usize, to: usize): bool {
  if ((load<u64>(from) & SIX) != PID) return false;
  let at = behindDigits(from + 6);
  if (at == from + 6 || (load<u64>(at) & SEVEN) != TGID) return false;
  const tgid = at + 7;
  at = behindDigits(tgid);
  if (at == tgid || load<u16>(at) != OPENS) return false;
  const comm = at + 2;
  if (to < comm + 6 || (load<u64>(to - 6) & SIX) != CLOSES) return false;
  const length = to - 6 - comm;
  if (length > LONGEST_COMM) return false;
  const bytes = v128.load(comm);
  const letters = i8x16.lt_u(i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26));
  const dashToColon = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x2d)), i8x16.splat(14));
  const underscore = i8x16.eq(bytes, i8x16.splat(0x5f));
  const usual = <u32>i8x16.bitmask(v128.or(letters, v128.or(dashToColon, underscore)));
  return <usize>ctz<u32>(~usual) >= length;
}

/** Where the digits at `at` end, of which nine at most are taken. */
@inline
function behindDigits(at: usize): usize {
  for (const end = at + 9; at < end && <u32>load<u8>(at) - 0x30 < 10; ) at++;
  return at;
}
