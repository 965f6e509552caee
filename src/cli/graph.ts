import {availableParallelism} from 'node:os';
import {dotGraph} from '../export/dot.ts';
import {mermaidGraph} from '../export/mermaid.ts';
import {treeGraph} from '../ui/tree.ts';
import {openProject, type ProjectOptions, planFor, reportWarnings} from './open-project.ts';
import {chosenWorkspaces} from './workspace-option.ts';

export interface GraphOptions extends ProjectOptions {
  readonly format: 'tree' | 'dot' | 'mermaid' | 'json';
  readonly filter?: readonly string[];
  readonly inOrder?: boolean;
}

/** `paceline graph`: the plan of a request, as a picture or as data. */
export async function graph(targets: readonly string[], options: GraphOptions): Promise<number> {
  const project = openProject(options);
  const workspaces = await chosenWorkspaces(project, options);
  const planned = planFor(project, {
    targets,
    jobs: project.limits.jobs ?? availableParallelism(),
    ...(workspaces === undefined ? {} : {workspaces}),
    ...(options.inOrder === undefined ? {} : {inOrder: options.inOrder}),
  });
  reportWarnings(project, false, planned.diagnostics);
  const {plan} = planned;
  const text = {
    tree: () => treeGraph(plan),
    dot: () => dotGraph(plan),
    mermaid: () => mermaidGraph(plan),
    json: () => `${JSON.stringify(plan, undefined, 2)}\n`,
  }[options.format]();
  process.stdout.write(text);
  return 0;
}
