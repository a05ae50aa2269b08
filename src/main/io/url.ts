/** Whether a path is a URL that is read over the network. */
export function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** A URL for messages and results: without its password, and without the values of its query, which may sign it. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url.replace(/\/\/.*@/, '//…@').replace(/\?.*/, '?…');
  const shown = new URL(url);
  if (shown.password !== '') shown.password = 'HIDDEN';
  shown.hash = '';
  return shown.href
    .replace(':HIDDEN@', ':…@')
    .replace(/\?.*/, (query) => query.replace(/([?&][^=&]*=?)[^&]*/g, hidden));
}

/** The name of a parameter, and that it has a value; what has no name may be a secret itself. */
function hidden(_: string, name: string): string {
  return name.endsWith('=') ? `${name}…` : `${name.slice(0, 1)}…`;
}
