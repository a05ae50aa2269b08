/** The promise of a call that takes a callback: node:fs/promises, which has such, takes 5 ms to load. */
export function call<T = void>(start: (callback: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}

let blocked = 0;

/** Notes that a call waits for others: for someone who writes to a FIFO, say, or reads from it. */
export async function mayBlock<T>(waiting: Promise<T>): Promise<T> {
  blocked++;
  try {
    return await waiting;
  } finally {
    blocked--;
  }
}

/** Whether some such call waits now. process.exit would wait for it too. */
export function isBlocked(): boolean {
  return blocked > 0;
}
