/** What `pageowner queue` does, and what that is. */
export const QUEUE_ACTIONS = {
  status: 'how many dumps wait, are read and are set aside, who reads what, and since when the first one waits',
  pause: 'workers begin no more dumps',
  resume: 'they do again',
  drain: 'takes all dumps away that wait; their batches give them again, if they still run',
  retry: 'forgets what was set aside; a batch with --resume gives it again',
} as const;

export type QueueAction = keyof typeof QUEUE_ACTIONS;
