import {PacelineError} from '../../base/error.ts';
import type {Plugin} from '../plugin.ts';

/**
 * A plugin whose servers are programs of this machine: it says so to whoever wants them in a container.
 * @param install the command that installs the programs
 */
export function processOnly(plugin: Plugin, install: string): Plugin {
  return {
    async open(opening) {
      const {name, plugin: kind, backend, origin} = opening.service;
      if (backend !== 'docker') return plugin.open(opening);
      throw new PacelineError('E_SERVICE_START', `Service ${name}: a ${kind} cannot run in a container yet`, {
        hint: `Remove \`backend = "docker"\` and install its programs (\`${install}\`), or lease its image with \`plugin = "generic_container"\`.`,
        ...(origin !== undefined && {origin}),
      });
    },
  };
}
