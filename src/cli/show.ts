import {duration} from '../base/figures.ts';
import {findTarget} from '../plan/targets.ts';
import {type Phase, type PhaseReference, type Project, ROOT_WORKSPACE, type Workspace} from '../project/project.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {commandText} from './dry-run.ts';
import {openProject, type ProjectOptions} from './open-project.ts';

/** `paceline show <phase>`: what it does in each workspace, and where that is written. */
export function show(word: string, options: ProjectOptions & {readonly json?: boolean}): number {
  const project = openProject(options);
  const target = findTarget(project, word);
  if ('sequence' in target) {
    if (options.json === true) process.stdout.write(`${JSON.stringify(target, undefined, 2)}\n`);
    else
      process.stdout.write(
        `pipeline ${target.name} (${target.origin.file}:${target.origin.line})\n  ${target.sequence.references.map(referenceText).join(' → ')}\n`,
      );
    return 0;
  }
  const found = [...project.workspaces.values()].flatMap((workspace): {workspace: Workspace; phase: Phase}[] => {
    const phase =
      workspace.phases.get(target.phase) ??
      (workspace.name === target.workspace && workspace.name === ROOT_WORKSPACE
        ? project.rootPhases.get(target.phase)
        : undefined);
    return phase !== undefined && (target.workspace === undefined || target.workspace === workspace.name)
      ? [{workspace, phase}]
      : [];
  });
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify(
        found.map(({workspace, phase}) => ({workspace: workspace.name, ...phase})),
        undefined,
        2,
      )}\n`,
    );
    return 0;
  }
  const screen = screenOf(process.stdout, process.env);
  const groups = new Map<Phase, Workspace[]>();
  for (const {workspace, phase} of found) groups.set(phase, [...(groups.get(phase) ?? []), workspace]);
  for (const [phase, workspaces] of groups) print(screen, project, phase, workspaces);
  return 0;
}

function print(screen: Screen, project: Project, phase: Phase, workspaces: readonly Workspace[]): void {
  const line = (label: string, text: string | undefined): void => {
    if (text !== undefined && text !== '') screen.write(`  ${painted(screen, 'dim', label.padEnd(12))} ${text}\n`);
  };
  screen.write(`${painted(screen, 'bold', phase.name)}  ${phase.description ?? ''}\n`);
  line('written at', `${phase.origin.file}:${phase.origin.line}`);
  if (project.workspaces.size > 1)
    line(
      'runs in',
      workspaces.map((workspace) => (workspace.name === ROOT_WORKSPACE ? 'root' : workspace.name)).join(', '),
    );
  for (const command of phase.commands)
    line(
      command.role === 'main' ? 'command' : `${command.role} hook`,
      command.kind === 'phases' ? `${command.line}  (understood as phases)` : commandText(command),
    );
  line('needs', phase.needs.flatMap((sequence) => sequence.references.map(referenceText)).join(', '));
  line('then', phase.after.flatMap((sequence) => sequence.references.map(referenceText)).join(', '));
  line('inputs', phase.caching.inputs?.join(', '));
  line('outputs', phase.caching.outputs?.join(', '));
  line('cache', phase.caching.enabled ? 'yes' : undefined);
  line('env', [...new Set(phase.env.map((entry) => entry.name))].join(', '));
  line('limit', phase.limits.timeoutMs === undefined ? undefined : duration(phase.limits.timeoutMs));
  line('retries', phase.limits.retries === 0 ? undefined : String(phase.limits.retries));
  line('flags', flags(phase).join(', '));
}

function flags(phase: Phase): readonly string[] {
  return [
    phase.parallel ? 'parallel' : '',
    phase.persistent ? 'persistent' : '',
    phase.firstRunOnly ? 'first run only' : '',
    phase.requiresApproval ? 'requires approval' : '',
    phase.resources.exclusive ? 'exclusive' : '',
    phase.private ? 'private' : '',
    phase.onFailure === 'stop' ? '' : `a failure ${phase.onFailure === 'warn' ? 'is a warning' : 'is ignored'}`,
  ].filter((flag) => flag !== '');
}

function referenceText({where, phase}: PhaseReference): string {
  return where.kind === 'own' ? phase : where.kind === 'dependencies' ? `^${phase}` : `${where.name}#${phase}`;
}
