/** What must not outlive a run that ends early: temporary files, child processes. Synchronous, so that it works in the last moment. */
const steps = new Set<() => void>();

/** Registers a step; call what it returns when the step is no longer needed. */
export function undoAtEnd(step: () => void): () => void {
  steps.add(step);
  return () => {
    steps.delete(step);
  };
}

export function undoAll(): void {
  for (const step of steps) {
    steps.delete(step);
    try {
      step();
    } catch {
      // The other steps matter more than one that fails.
    }
  }
}
