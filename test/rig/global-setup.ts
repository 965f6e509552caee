import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {existsSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {kill, processesWith} from './processes.ts';

/** Builds the program where that was not done, and clears away what a test worker that crashed has left. */
export default function setup(): () => void {
  const root = join(import.meta.dirname, '../..');
  if (!existsSync(join(root, 'dist/bin.js'))) {
    execFileSync(process.execPath, [join(root, 'scripts/build.ts'), '--no-types'], {cwd: root, stdio: 'inherit'});
  }
  const session = randomBytes(4).toString('hex');
  process.env.RIG_SESSION = session;
  return () => {
    for (const {pid} of processesWith('RIG_SESSION', session)) if (pid !== process.pid) kill(pid);
    for (const name of readdirSync(tmpdir())) {
      if (name.startsWith(`paceline-${session}-`)) rmSync(join(tmpdir(), name), {recursive: true, force: true});
    }
  };
}
