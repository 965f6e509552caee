import {spawn} from 'node:child_process';
import {get} from 'node:http';
import {connect} from 'node:net';
import type {HealthCheck} from '../project/service.ts';
import type {StartLimit} from './start-limits.ts';

/** How long one call of a shell line that tells whether a service is ready may take, ms. */
const LINE_MS = 10_000;

/** Where a service can be asked. */
export interface Target {
  readonly host: string;
  /** Of a port of the service, the one that reaches it from here. */
  readonly port: (servicePort: number) => number;
  /** Whether somebody listens on a port of the service, where connections are taken in its place; undefined: connections tell. */
  readonly listens?: (servicePort: number) => Promise<boolean>;
  /** Whether what it has printed since this was asked last matches. */
  readonly says: (pattern: RegExp) => boolean | Promise<boolean>;
  /** Runs a shell line where the service is; true when it exits with 0. */
  readonly runs: (line: string) => Promise<boolean>;
  /** How it ended, when it has. */
  readonly ended: () => string | undefined;
}

/**
 * Waits until a service answers.
 * @returns what went wrong, for people; undefined when it is ready
 */
export async function untilReady(check: HealthCheck, target: Target, limit: StartLimit): Promise<string | undefined> {
  const deadline = performance.now() + limit.ms;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 1.4, 50)) {
    const end = target.ended();
    if (end !== undefined) return `it ended (${end})`;
    if (await isReady(check, target)) return undefined;
    if (performance.now() > deadline)
      return `${checkWords(check)} did not come within ${Math.round(limit.ms)} ms (${limit.origin})`;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function isReady(check: HealthCheck, {host, port, listens, says, runs}: Target): Promise<boolean> {
  switch (check.kind) {
    case 'port':
      return (listens === undefined || (await listens(check.port))) && accepts(host, port(check.port));
    case 'log':
      return says(new RegExp(check.pattern, 'm'));
    case 'http':
      return answers(`http://${host}:${port(check.port)}${check.path}`, check.status);
    case 'command':
      return runs(check.line);
  }
}

function checkWords(check: HealthCheck): string {
  switch (check.kind) {
    case 'port':
      return `a connection to port ${check.port}`;
    case 'log':
      return `\`${check.pattern}\` in its log`;
    case 'http':
      return `status ${check.status} of ${check.path} on port ${check.port}`;
    case 'command':
      return `success of \`${check.line}\``;
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host, port, timeout: 1000}, () => {
      socket.destroy();
      resolve(true);
    });
    for (const event of ['error', 'timeout'] as const)
      socket.once(event, () => {
        socket.destroy();
        resolve(false);
      });
  });
}

function answers(url: string, status: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, {timeout: 2000, agent: false}, (response) => {
      response.resume();
      resolve(response.statusCode === status);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/** Runs a shell line on this machine; what it leaves running when it takes too long is ended. */
export function lineSucceeds(line: string, env: Readonly<Record<string, string>>, directory: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], {cwd: directory, env, stdio: 'ignore', detached: true});
    const timer = setTimeout(() => killGroup(child.pid), LINE_MS);
    child.once('error', () => resolve(false));
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
