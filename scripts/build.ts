// Builds what is published: dist/bin.js with its chunks, dist/index.js, the page of the report, declarations, the JSON Schema, and the
// licences of what is bundled.
import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {buildReportPage} from './build-web.ts';
import {bundle} from './bundle.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string};

// a build that fails leaves the last one standing
const fresh = `${dist}.new`;
rmSync(fresh, {recursive: true, force: true});
const [bundled, page] = await Promise.all([bundle(fresh, version), buildReportPage()]);
const packages = [...new Set([...bundled, ...page.packages])].sort();
writeFileSync(join(fresh, 'report.html'), page.html);
rmSync(dist, {recursive: true, force: true});
renameSync(fresh, dist);
chmodSync(join(dist, 'bin.js'), 0o755);
writeFileSync(join(dist, 'THIRD_PARTY_LICENSES.txt'), packages.map(licenceOf).join('\n\n'));

if (!process.argv.includes('--no-types'))
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.types.json')],
    {stdio: 'inherit'},
  );
const {makeTomlSchema} = await import('../src/project/schema.ts');
const {runJsonSchema} = await import('../src/record/run-schema.ts');
for (const [file, schema] of [
  ['make.schema.json', makeTomlSchema()],
  ['run.schema.json', runJsonSchema()],
] as const)
  writeFileSync(join(dist, file), `${JSON.stringify(schema, undefined, 2)}\n`);

function licenceOf(name: string): string {
  const folder = join(root, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license?: string;
  };
  const file = existsSync(folder) ? readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry)) : undefined;
  const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  return `${name} ${manifest.version} (${manifest.license ?? 'see its package'})${text}\n`;
}
