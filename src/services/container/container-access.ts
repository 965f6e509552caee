import type {Service} from '../../project/service.ts';
import type {Access} from '../plugin.ts';
import type {RunningContainer} from './running-container.ts';

/** `API_URL`, `API_HOST`, `API_PORT` of a service `api`; `API_PORT_9000` for each of its ports when it has several. */
export function containerAccess({name}: Service, container: RunningContainer, ports: readonly number[]): Access {
  const prefix = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  const {host} = container.engine;
  const [first] = ports;
  if (first === undefined) return {url: '', env: {}};
  const port = container.hostPort(first);
  const url = `http://${host}:${port}`;
  const each = ports.map((one) => [`${prefix}_PORT_${one}`, String(container.hostPort(one))]);
  return {
    url,
    env: {
      [`${prefix}_URL`]: url,
      [`${prefix}_HOST`]: host,
      [`${prefix}_PORT`]: String(port),
      ...(ports.length > 1 && Object.fromEntries(each)),
    },
  };
}
