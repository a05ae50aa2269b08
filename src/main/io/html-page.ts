import { createHash } from 'node:crypto';

interface HtmlPage {
  readonly title: string;
  readonly generator: string;
  readonly style: string;
  /** HTML. */
  readonly body: string;
  /** Runs behind the body. */
  readonly script?: string;
}

/** A file that fetches and sends nothing: its Content-Security-Policy allows its own style and script, by hash, and nothing else. */
export function htmlPage({ title, generator, style, body, script }: HtmlPage): string {
  const scripts = script === undefined ? '' : `script-src '${hashOf(script)}'; `;
  const policy = `default-src 'none'; ${scripts}style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${escapeHtml(generator)}">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}${script === undefined ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Text in HTML, and in attributes with quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
