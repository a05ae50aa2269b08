/** Where the kernel's debug files are, unless they are mounted elsewhere. */
export const DEBUGFS = '/sys/kernel/debug';
