import {posix} from 'node:path';
import type {ServiceDraft} from '../declared/service-draft.ts';
import type {DialectContext} from '../dialects/dialect.ts';
import {leadsOutOf, realPath} from '../path-inside.ts';
import type {Located} from '../toml/section.ts';

/** The sockets through which somebody rules this machine. */
const ENGINE_SOCKET = /\/(?:docker|podman|containerd|crio)\.sock$/;

/** `source:target[:ro]` with absolute paths. Sources that do not belong to the project are refused, unless the service allows them. */
export function finishedVolumes(draft: ServiceDraft, context: DialectContext): readonly string[] {
  return draft.volumes.flatMap((volume) => finishedVolume(volume, draft, context) ?? []);
}

function finishedVolume(volume: Located, draft: ServiceDraft, context: DialectContext): string | undefined {
  const {text, origin} = volume;
  const refuse = (code: string, problem: string, hint: string): void =>
    context.report({
      severity: 'error',
      code,
      message: `the volume "${text}" of service "${draft.name}" ${problem}`,
      hint,
      origin,
    });
  const form = /^(?:([^:]+):)?(\/[^:]+)(?::(ro|rw))?$/.exec(text);
  if (form === null || (form[1] === undefined && form[3] !== undefined)) {
    refuse(
      'E_VALUE',
      'is not understood',
      'Write "./folder:/target", "./folder:/target:ro", or "/target" for an empty one.',
    );
    return undefined;
  }
  const [, source, target, mode] = form;
  if (source === undefined) return target;
  if (/^~|\$/.test(source))
    refuse('E_VALUE', 'has a "~" or "$" in it, which nothing replaces', 'Write the path itself.');
  const danger = dangerOf(source, context);
  if (danger !== undefined && !draft.allow.includes('host-volumes')) {
    const hint = 'Mount a file or folder of the project, like "./fixtures"; `allow = ["host-volumes"]` allows any.';
    refuse('E_SERVICE_UNSAFE', danger, hint);
  }
  const place = isNamed(source) ? source : posix.resolve(context.root, source);
  return `${place}:${target}${mode === 'ro' ? ':ro' : ''}`;
}

/** As the engine tells them apart: a name is no path. */
function isNamed(source: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source);
}

/** Why somebody would not want to mount it; undefined when nothing is to be feared. */
function dangerOf(source: string, {root, env}: DialectContext): string | undefined {
  if (isNamed(source)) return 'has a name, so it outlives the lease, and all others see it';
  const path = posix.resolve(root, source);
  const real = realPath(path);
  if (real === '/') return 'is the whole file system of this machine';
  const engine = env.DOCKER_HOST?.replace(/^unix:\/\//, '');
  if ([path, real].some((one) => ENGINE_SOCKET.test(one) || one === engine))
    return 'is the socket of the container engine, which rules this machine';
  if (leadsOutOf(root, path)) return `leads out of the project, to ${real}`;
  return undefined;
}
