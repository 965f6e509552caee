// Builds the page of the HTML report (web/) into one file without any reference to another one.
import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {build, type Rolldown} from 'vite';

const web = join(import.meta.dirname, '../web');

export interface BuiltPage {
  /** With one place for the data: src/export/html.ts. */
  readonly html: string;
  /** Names of the packages that went in. */
  readonly packages: readonly string[];
}

export async function buildReportPage(): Promise<BuiltPage> {
  const built = await build({
    root: web,
    configFile: false,
    logLevel: 'warn',
    oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {input: join(web, 'report.html')},
    },
  });
  const {output} = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  const script = output.find((file) => file.type === 'chunk');
  const text = (ending: string): string => {
    const file = output.find((one) => one.type === 'asset' && one.fileName.endsWith(ending));
    if (file?.type !== 'asset') throw new Error(`the page has no ${ending}`);
    return String(file.source);
  };
  if (script === undefined || output.filter(({type}) => type === 'chunk').length > 1)
    throw new Error('the page is to be one script');
  return {html: inlined(text('.html'), script.code, text('.css')), packages: packagesOf(script.moduleIds)};
}

/** Puts script and style into the page, and a policy that lets nothing else run and nothing be loaded. */
function inlined(html: string, code: string, css: string): string {
  const script = code.trim().replaceAll('</script', '<\\/script');
  if (/<!--|<script/i.test(script) || /<\/style/i.test(css))
    throw new Error('the page cannot hold this script or style');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(css)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts: readonly (readonly [RegExp, string])[] = [
    [/<script type="module"[^>]*src="[^"]*"[^>]*><\/script>\s*/, ''],
    [/<link rel="stylesheet"[^>]*>/, `<style>${css}</style>`],
    [
      /<meta charset="utf-8">/,
      `<meta charset="utf-8">\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`,
    ],
    [/<\/body>/, `  <script type="module">${script}</script>\n  </body>`],
  ];
  return parts.reduce((page, [pattern, replacement]) => {
    if (!pattern.test(page)) throw new Error(`the built page has no ${pattern.source}`);
    return page.replace(pattern, () => replacement);
  }, html);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function packagesOf(modules: readonly string[]): readonly string[] {
  const names = modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []);
  return [...new Set(names)];
}
