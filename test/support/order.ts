import type {Order} from '../../src/engine/executor.ts';
import type {NodeId} from '../../src/plan/plan.ts';
import type {OwnCommand, Task} from '../../src/plan/task.ts';
import type {Phase, Workspace} from '../../src/project/project.ts';
import {phase as anyPhase, workspace as anyWorkspace} from './project.ts';

export function taskOf(
  phase: Phase = anyPhase('build'),
  workspace: Workspace = anyWorkspace('web', [phase]),
  more: Partial<Task> = {},
): Task {
  const commands = phase.commands.filter((command) => command.kind !== 'phases');
  return {
    id: `${workspace.name}#${phase.name}` as NodeId,
    phase,
    workspace,
    commands,
    stage: 'main',
    requested: true,
    args: [],
    ...more,
  };
}

export function orderOf(
  command: OwnCommand,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Order {
  return {task: taskOf(), command, env, directory: '/', log: 1, args};
}
