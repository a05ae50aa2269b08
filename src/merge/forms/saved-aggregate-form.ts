import { EVERYTHING, type Form } from './form.js';

/** What `export`, `merge`, `map` and `batch` save: Parquet. */
export const SAVED_AGGREGATE: Form = {
  id: 'aggregate',
  title: 'a saved aggregate',
  answers: EVERYTHING,
  isIt: (start) => start.startsWith('PAR1'),
  reading: {
    kind: 'whole',
    read: async ({ buffer }, { many }) => {
      // Loaded only here: it takes longer to load than most files to read.
      const { readParquet } = await import('../aggregate/read-parquet.js');
      return readParquet(buffer, many);
    },
  },
};
