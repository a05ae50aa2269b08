import { PageownerError } from '../base/errors.js';
import { checksOf } from './checks.js';

/** Throws a PageownerError that says what to do, if this machine gives no dump, or would crash and `force` is not said. */
export function refuseMachine({
  debugfs,
  output,
  force,
}: {
  readonly debugfs: string;
  readonly output: string;
  readonly force: boolean;
}): void {
  const missing = checksOf({ debugfs, output, root: '/' }).filter(({ state }) => state === 'missing');
  const file = missing.find(({ name }) => name === 'page_owner');
  // The first of what must be mended is why there is no file.
  const first = file
    ? (missing.find(({ name, todo }) => name !== 'disk' && todo !== '') ?? file)
    : missing.find(({ blocks }) => blocks === 'unless forced' && !force);
  if (first) throw new PageownerError('input', `${first.found}: ${first.todo} (pageowner doctor tells all)`);
}
