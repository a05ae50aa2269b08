import { quoted, usageError } from '../base/errors.js';
import type { OptionEntry } from './option-entry.js';

/** The options that commander adds. */
const COMMANDERS: readonly OptionEntry[] = ['help', 'version'].map((name) => ({
  id: name,
  long: name,
  group: '',
  help: '',
}));

/**
 * Rewrites arguments as getopt_long understands them into what commander does: long names may be shortened while unambiguous
 * (`--cu=st`), and an option with an implied value takes a value only after `=`. Throws where a short form is ambiguous.
 */
export function expandArguments(args: readonly string[], entries: readonly OptionEntry[]): string[] {
  const options = [...entries, ...COMMANDERS];
  const expanded: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') return [...expanded, ...args.slice(i)];
    if (!arg.startsWith('--')) {
      checkLetters(arg, options);
      expanded.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    const typed = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    const value = equals < 0 ? '' : arg.slice(equals);
    const option = findOption(typed, options);
    const takesNext = option?.value !== undefined && equals < 0;
    if (!option) expanded.push(arg);
    else if (takesNext && option.impliedValue) expanded.push(`--${option.long}=${option.impliedValue}`);
    else expanded.push(`--${option.long}${value}`);
    // What follows is this option's value, even if it looks like an option.
    if (takesNext && !option.impliedValue && i + 1 < args.length) expanded.push(args[++i] as string);
  }
  return expanded;
}

/** Throws for letters that are no options: commander would take `-5` for an operand. */
function checkLetters(arg: string, options: readonly OptionEntry[]): void {
  if (!arg.startsWith('-') || arg === '-') return;
  const unknown = [...arg.slice(1)].find((letter) => letter !== 'h' && !options.some(({ short }) => short === letter));
  if (unknown) throw usageError(`unknown option '-${quoted(unknown)}' (try --help)`);
}

function findOption(typed: string, options: readonly OptionEntry[]): OptionEntry | undefined {
  const exact = options.find(({ long }) => long === typed);
  if (exact || typed === '') return exact;
  const matches = options.filter(({ long }) => long?.startsWith(typed));
  const kernels = matches.filter(({ isKernels }) => isKernels);
  const candidates = kernels.length > 0 ? kernels : matches;
  if (candidates.length > 1) {
    throw usageError(`option --${typed} is ambiguous: ${candidates.map(({ long }) => `--${long}`).join(', ')}`);
  }
  return candidates[0];
}
