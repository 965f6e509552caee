import {spawn} from 'node:child_process';
import type {AuthConfig} from 'dockerode';
import {dockerConfig} from './engine-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Docker's own registry has this name in settings, and none in images. */
const HUB = 'https://index.docker.io/v1/';
/** What a helper says in place of a user when it has a token. */
const TOKEN_USER = '<token>';

/**
 * What `docker login` has kept for the registry of an image: in Docker's settings, or with a helper program.
 * docs.docker.com/reference/cli/docker/login
 * @returns undefined when nobody has logged in
 */
export async function registryAuth(image: string, env: Environment): Promise<AuthConfig | undefined> {
  const registry = registryOf(image);
  const {auths = {}, credsStore, credHelpers = {}} = dockerConfig(env);
  const helper = credHelpers[registry] ?? (auths[registry] === undefined ? undefined : credsStore);
  if (helper !== undefined) return askHelper(helper, registry, env);
  const {auth, identitytoken} = auths[registry] ?? auths[`https://${registry}`] ?? {};
  if (auth === undefined) return undefined;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return authConfig(registry, text.slice(0, colon), text.slice(colon + 1), identitytoken);
}

/** `localhost:5000` of `localhost:5000/db:1`: the first part is a registry when it cannot be a user; distribution/reference. */
function registryOf(image: string): string {
  const [first = ''] = image.split('/', 1);
  return image.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : HUB;
}

function askHelper(helper: string, registry: string, env: Environment): Promise<AuthConfig | undefined> {
  return new Promise((resolve) => {
    const child = spawn(`docker-credential-${helper}`, ['get'], {env, stdio: ['pipe', 'pipe', 'ignore']});
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stdin.on('error', () => {});
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => {
      if (code !== 0) return resolve(undefined);
      const {Username, Secret} = JSON.parse(output) as {readonly Username: string; readonly Secret: string};
      resolve(authConfig(registry, Username, Secret, Username === TOKEN_USER ? Secret : undefined));
    });
    child.stdin.end(registry);
  });
}

function authConfig(serveraddress: string, username: string, password: string, token: string | undefined): AuthConfig {
  if (token === undefined) return {serveraddress, username, password};
  // an identity token stands in place of both
  return {serveraddress, identitytoken: token} as unknown as AuthConfig;
}
