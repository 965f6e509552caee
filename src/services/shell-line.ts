import {exec} from 'node:child_process';
import {PacelineError} from '../base/error.ts';
import type {Service} from '../project/service.ts';

/**
 * Runs a line of a service's init.
 * @param env the complete environment
 * @throws PacelineError E_SERVICE_INIT, with the end of its output
 */
export function runShellLine(
  line: string,
  env: Readonly<Record<string, string>>,
  {name, directory, origin}: Service,
): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(line, {cwd: directory, env, maxBuffer: Number.POSITIVE_INFINITY}, (error, stdout, stderr) => {
      if (error === null) return resolve();
      const output = `${stdout}${stderr}`.trimEnd().split('\n').slice(-10).join('\n');
      reject(
        new PacelineError(
          'E_SERVICE_INIT',
          `\`${line}\` of service ${name} failed (${error.signal ?? `exit code ${error.code}`})\n${output}`,
          {
            hint: `It runs in ${directory}, with the variables of the new service.`,
            ...(origin !== undefined && {origin}),
          },
        ),
      );
    });
  });
}
