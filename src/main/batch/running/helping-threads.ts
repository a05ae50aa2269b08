import type { MessagePort } from 'node:worker_threads';
import { workerDied } from '../../base/errors.js';
import type { workerPool } from '../../reading/worker-pool.js';
import type { FromDump, ToDump } from './thread-messages.js';

/** In the thread of a dump: the other threads of the batch, as far as they are idle, as a pool. Who they are is the matter of the main thread, behind `port`. */
export function helpOver(port: MessagePort): typeof workerPool {
  const post = (message: FromDump): void => port.postMessage(message);
  return async (plan) => ({
    run: (queue) =>
      new Promise((resolve, reject) => {
        port.once('message', (message: ToDump) => {
          if ('results' in message) resolve(message.results);
          else reject(workerDied(new Error(message.died)));
        });
        post({ plan, queue });
      }),
    enough: () => post('no more chunks'),
    close: async () => {},
  });
}
