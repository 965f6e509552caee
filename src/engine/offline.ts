/** Package managers read these: what is not there now must not be asked for over the network. */
export const OFFLINE: Readonly<Record<string, string>> = {
  npm_config_offline: 'true',
  YARN_ENABLE_NETWORK: '0',
  CARGO_NET_OFFLINE: 'true',
  PIP_NO_INDEX: '1',
  UV_OFFLINE: '1',
  GOPROXY: 'off',
};
