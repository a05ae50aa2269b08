import { usageError } from './errors.js';
import type { OptionEntry } from './option-table.js';

/**
 * Rewrites arguments as getopt_long understands them into what commander does: long names may be shortened while unambiguous
 * (`--cu=st`), and an option with an implied value takes a value only after `=`. Throws where a short form is ambiguous.
 */
export function expandArguments(args: readonly string[], options: readonly OptionEntry[]): string[] {
  const expanded: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') return [...expanded, ...args.slice(i)];
    if (!arg.startsWith('--')) {
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
