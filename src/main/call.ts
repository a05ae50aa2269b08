/** The promise of a call that takes a callback: node:fs/promises, which has such, takes 5 ms to load. */
export function call<T = void>(start: (callback: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}
