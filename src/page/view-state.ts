/** What a view shows. All of it stands in the URL's hash, so that a view can be bookmarked and sent. */
export interface ViewState {
  readonly view: string;
  /** A text that a function, a command, a kind or a cgroup must contain. */
  readonly text: string;
  readonly kind: string;
  /** ns since boot; empty: all. */
  readonly from: string;
  readonly to: string;
  /** `NODE/ZONE/NUMBER`. */
  readonly pageblock: string;
  readonly inverted: string;
  /** Names of the frames to the one that the flame graph is zoomed to. */
  readonly zoom: string;
  /** A text that frames of the flame graph are marked by. */
  readonly find: string;
  readonly unit: string;
  readonly by: string;
  readonly sort: string;
  readonly symbol: string;
  readonly colour: string;
}

export const NO_STATE: ViewState = {
  view: 'overview',
  text: '',
  kind: '',
  from: '',
  to: '',
  pageblock: '',
  inverted: '',
  zoom: '',
  find: '',
  unit: 'pages',
  by: '',
  sort: '',
  symbol: '',
  colour: '',
};

/** What filters: the rest only says how it is shown. */
export const NO_FILTER: Pick<ViewState, 'text' | 'kind' | 'from' | 'to' | 'pageblock'> = {
  text: '',
  kind: '',
  from: '',
  to: '',
  pageblock: '',
};

/** Unknown names are left out, and numbers that are none. */
export function stateOf(hash: string): ViewState {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const entries = Object.entries(NO_STATE).map(([name, byDefault]) => [name, given.get(name) ?? byDefault]);
  const state = Object.fromEntries(entries) as ViewState;
  const isNumber = (text: string): boolean => /^\d{1,20}$/.test(text);
  return { ...state, from: isNumber(state.from) ? state.from : '', to: isNumber(state.to) ? state.to : '' };
}

export function hashOf(state: ViewState): string {
  const told = Object.entries(state).filter(([name, value]) => value !== NO_STATE[name as keyof ViewState]);
  return `#${new URLSearchParams(told)}`;
}
