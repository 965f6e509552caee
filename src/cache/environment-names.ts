/** Variables that every cached task gets, and that are no part of its key: where things are, who is there, how output looks. */
export const PASSED_NAMES: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'TERM',
  'COLORTERM',
  'FORCE_COLOR',
  'NO_COLOR',
  'XDG_*',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'SSH_AUTH_SOCK',
  'DOCKER_*',
  'CONTAINER_POOL_SIZE',
  'PACELINE_SERVICES_DIR',
  'PACELINE_BROKER_IDLE_MS',
  'PACELINE_KEEP_FAILED',
];

/** Variables that every cached task gets, and that are part of its key: they change what usual tools produce. */
export const HASHED_NAMES: readonly string[] = ['NODE_ENV', 'NODE_OPTIONS', 'CI', 'TZ', 'LANG', 'LANGUAGE', 'LC_*'];

/** A list of names; `FOO_*` means all that begin so, `!FOO` takes away, wherever it stands. */
export class NameList {
  readonly #exact: ReadonlySet<string>;
  readonly #prefixes: readonly string[];
  readonly #patterns: readonly RegExp[];
  readonly #without: NameList | undefined;

  constructor(names: readonly string[]) {
    const wanted = names.filter((name) => !name.startsWith('!'));
    const taken = names.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
    this.#exact = new Set(wanted.filter((name) => !name.includes('*')));
    this.#prefixes = wanted
      .filter((name) => name.indexOf('*') === name.length - 1 && name !== '')
      .map((name) => name.slice(0, -1));
    this.#patterns = wanted
      .filter((name) => name.includes('*') && name.indexOf('*') !== name.length - 1)
      .map((name) => new RegExp(`^${name.split('*').map(RegExp.escape).join('.*')}$`, 's'));
    this.#without = taken.length === 0 ? undefined : new NameList(taken);
  }

  has(name: string): boolean {
    if (this.#without?.has(name) === true) return false;
    return (
      this.#exact.has(name) ||
      this.#prefixes.some((prefix) => name.startsWith(prefix)) ||
      this.#patterns.some((pattern) => pattern.test(name))
    );
  }
}
