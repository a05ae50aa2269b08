import type {
  ConnectionOptions,
  FlowProducer,
  Job,
  PostgresConnectionOptions,
  Queue,
  QueueEvents,
  Worker,
  WorkerOptions,
} from 'bullmq';
import { PageownerError, quoted, usageError } from '../../base/errors.js';
import { type FleetJob, type FleetResult, QUEUE_NAME } from './fleet-job.js';
import { fileOf, type QueueUrl } from './queue-url.js';

/** A server that does not answer for so long is not there. */
const CONNECT_MS = 10_000;

/** BullMQ over one server, found to be there. Which kind it is only this file knows. */
export interface QueueEngine {
  /** For messages. */
  readonly shown: string;
  /** What is wrong with how the server is set up; undefined: nothing. */
  readonly warning: string | undefined;
  queue(): Queue<FleetJob, FleetResult>;
  events(): QueueEvents;
  /** Adds jobs that wait for others. */
  flows(): FlowProducer;
  worker(
    process: (job: Job<FleetJob, FleetResult>) => Promise<FleetResult>,
    options: Omit<WorkerOptions, 'connection'>,
  ): Worker<FleetJob, FleetResult>;
}

/** Throws a PageownerError if the packages are not installed, or the server does not let us in. */
export async function connectQueue(where: QueueUrl): Promise<QueueEngine> {
  return where.engine === 'redis' ? redisEngine(where) : postgresEngine(where);
}

async function redisEngine({ url, shown }: QueueUrl): Promise<QueueEngine> {
  const [{ FlowProducer, Queue, QueueEvents, Worker }, { Redis }] = await installed(['bullmq', 'ioredis'], () =>
    Promise.all([import('bullmq'), import('ioredis')]),
  );
  const options = {
    host: url.hostname,
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' && {
      tls: { ca: fileOf(url, 'ca'), cert: fileOf(url, 'cert'), key: fileOf(url, 'key') },
    }),
  };
  const client = new Redis({
    ...options,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let failure: unknown;
  client.on('error', (error) => {
    failure = error;
  });
  let policy: string | undefined;
  try {
    await client.connect();
    policy = /^maxmemory_policy:(.*)$/m.exec(await client.info('memory'))?.[1]?.trim();
  } catch (error) {
    throw cannotConnect(shown, failure ?? error);
  } finally {
    client.disconnect();
  }
  const isSafe = policy === undefined || policy === 'noeviction';
  const warning = isSafe
    ? undefined
    : `${shown}: maxmemory-policy is ${policy}, so that jobs can be lost; set it to noeviction`;
  // Where the policy is wrong BullMQ says so too, many times, unless it is told not to look.
  const connection: ConnectionOptions = { ...options, maxRetriesPerRequest: null, skipVersionCheck: !isSafe };
  return {
    shown,
    warning,
    queue: () => new Queue(QUEUE_NAME, { connection }),
    events: () => new QueueEvents(QUEUE_NAME, { connection }),
    flows: () => new FlowProducer({ connection }),
    worker: (process, more) => new Worker(QUEUE_NAME, process, { ...more, connection }),
  };
}

async function postgresEngine({ url, shown }: QueueUrl): Promise<QueueEngine> {
  const [{ createPostgresBackend, FlowProducer, Queue, QueueEvents, Worker }, { default: pg }] = await installed(
    ['bullmq', 'pg'],
    () => Promise.all([import('bullmq'), import('pg')]),
  );
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => {
    // It is told by what was asked.
  });
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    throw cannotConnect(shown, error);
  } finally {
    await client.end().catch(() => {
      // It was never there.
    });
  }
  const connection = { connectionString: url.href, migrate: true } satisfies PostgresConnectionOptions;
  return {
    shown,
    warning: undefined,
    queue: () =>
      new Queue(QUEUE_NAME, { connection }, createPostgresBackend) as unknown as Queue<FleetJob, FleetResult>,
    events: () => new QueueEvents(QUEUE_NAME, { connection }, createPostgresBackend) as unknown as QueueEvents,
    flows: () => new FlowProducer({ connection }, createPostgresBackend) as unknown as FlowProducer,
    worker: (process, more) =>
      new Worker(
        QUEUE_NAME,
        process as never,
        { ...more, connection } as never,
        createPostgresBackend,
      ) as unknown as Worker<FleetJob, FleetResult>,
  };
}

/** They are needed with --queue only. */
async function installed<T>(packages: readonly string[], load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw usageError(`--queue needs packages that are not installed: npm install ${packages.join(' ')}`);
  }
}

function cannotConnect(shown: string, error: unknown): PageownerError {
  const { code, message } = error as NodeJS.ErrnoException;
  const [first = error] = error instanceof AggregateError ? error.errors : [error];
  const why = message || (first as NodeJS.ErrnoException).message || code || 'it does not answer';
  return new PageownerError(
    'input',
    `cannot reach the queue ${shown}: ${quoted(why.split('\n')[0] as string)} (is the server there, and are user and password right?)`,
    error,
  );
}
