import {setTimeout as sleep} from 'node:timers/promises';
import type {StartLimit} from '../start-limits.ts';
import type {ExecSession} from './exec-session.ts';
import {type FileState, fileDifferences, fileStateOf} from './file-state.ts';
import {LISTENING_LINE, listenersIn} from './listening.ts';
import type {RunningContainer} from './running-container.ts';

/** What a container is like; what is not looked at is undefined. */
export interface ContainerState {
  /** Command lines, each as often as it runs. */
  readonly processes: readonly string[];
  readonly listeners?: readonly string[];
  readonly files?: FileState;
}

/** Means to look into a container. */
export interface Look {
  readonly container: RunningContainer;
  /** Of the superuser in it. */
  readonly session: ExecSession;
  /** Shells of ours, on the machine of the engine: they are no part of it. */
  readonly ownPids: readonly number[];
  /** Everything, or processes only. */
  readonly depth: 'verified' | 'reset';
  /** Of one command in it. */
  readonly limit: StartLimit;
}

/** A service may go on starting its helpers when it is ready already. */
const SETTLE = {tries: 10, pauseMs: 20};

/** @param before an earlier state of the same container */
export async function stateOf(look: Look, before?: ContainerState): Promise<ContainerState> {
  const {container, session, limit, depth} = look;
  const processes = await processesOf(look);
  if (depth === 'reset') return {processes};
  const {stdout} = await session.run(LISTENING_LINE, limit);
  const listeners = [...new Set(listenersIn(stdout).map(({words}) => words))].sort();
  return {processes, listeners, files: await fileStateOf(container, session, limit, before?.files)};
}

/** The state that two looks agree on, or the last one. */
export async function settledState(look: Look): Promise<ContainerState> {
  let state = await stateOf(look);
  for (let attempt = 1; attempt < SETTLE.tries; attempt++) {
    await sleep(SETTLE.pauseMs);
    const next = await stateOf(look, state);
    if (differences(state, next).length === 0) return next;
    state = next;
  }
  return state;
}

/** What is not as it was before, a sentence each. */
export function differences(before: ContainerState, after: ContainerState): readonly string[] {
  return [
    ...missingAndNew('process', before.processes, after.processes),
    ...missingAndNew('socket', before.listeners ?? [], after.listeners ?? []),
    ...(before.files === undefined || after.files === undefined ? [] : fileDifferences(before.files, after.files)),
  ];
}

async function processesOf({container, ownPids}: Look): Promise<readonly string[]> {
  const table = (await container.ask((one) => one.top({ps_args: '-eo pid,stat,args'}))) as {
    readonly Titles: readonly string[];
    readonly Processes: readonly (readonly string[])[] | null;
  };
  const own = new Set(ownPids.map(String));
  // what has ended, and only waits for somebody to ask how, does nothing any more
  const isOver = (state: string): boolean => state.startsWith('Z');
  return (table.Processes ?? [])
    .flatMap(([pid = '', state = '', args = '']) => (own.has(pid) || isOver(state) ? [] : [args]))
    .sort();
}

function missingAndNew(kind: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const [was, is] = [counts(before), counts(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((one) => {
    const more = (is.get(one) ?? 0) - (was.get(one) ?? 0);
    return more === 0 ? [] : [`${kind} ${one}: ${more > 0 ? 'added' : 'gone'}`];
  });
}

function counts(list: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const one of list) found.set(one, (found.get(one) ?? 0) + 1);
  return found;
}
