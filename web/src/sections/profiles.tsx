import {useMemo, useState} from 'preact/hooks';
import {duration} from '../../../src/base/figures.ts';
import type {ProfileNode, StoredProfile} from '../../../src/record/profile.ts';
import type {Page} from '../page.ts';
import {Card, TaskLink} from '../pieces.tsx';

/** Narrower frames cannot be seen, share of the width. */
const LEAST = 0.002;
const MOST_DEPTH = 60;
const ROW_PX = 20;
const COLOURS = 6;

interface Frame {
  readonly key: string;
  readonly node: ProfileNode;
  /** Share of the width. */
  readonly left: number;
  readonly width: number;
  readonly depth: number;
}

/** Flame graphs of tasks that were profiled. */
export function Profiles({page: {profiles}}: {readonly page: Page}) {
  if (profiles.length === 0) return null;
  return (
    <Card id="profiles" title="Profiles" note="processor time by function, of the last `paceline profile` of a task">
      {profiles.map((profile) => (
        <Flame key={profile.task} profile={profile} />
      ))}
    </Card>
  );
}

function Flame({profile}: {readonly profile: StoredProfile}) {
  const {task, at, sources, root} = profile;
  const [path, setPath] = useState<readonly ProfileNode[]>([root]);
  const top = path.at(-1) ?? root;
  const frames = useMemo(() => framesOf(top), [top]);
  const height = (1 + frames.reduce((most, {depth}) => Math.max(most, depth), 0)) * ROW_PX;
  const zoom = (node: ProfileNode): void => setPath([...path, ...pathTo(top, node).slice(1)]);
  return (
    <figure class="flame">
      <figcaption>
        <TaskLink task={task} /> {duration(root.total)} on processors, {new Date(at).toLocaleString()},{' '}
        {sources.map((source) => (source === 'v8' ? "V8's profiler" : 'perf')).join(' and ')}
        {path.length > 1 && (
          <button type="button" class="tool" onClick={() => setPath([root])}>
            Everything
          </button>
        )}
      </figcaption>
      <div class="flame-frames" style={{height: `${height}px`}}>
        {frames.map(({key, node, left, width, depth}) => (
          <button
            type="button"
            key={key}
            class={`flame-cell flame-${colourOf(node.name)}`}
            style={{left: `${left * 100}%`, width: `${width * 100}%`, top: `${depth * ROW_PX}px`}}
            title={`${node.name}: ${duration(node.total)}, ${duration(node.self)} in itself`}
            onClick={() => zoom(node)}
          >
            {width > 0.03 ? node.name : ''}
          </button>
        ))}
      </div>
    </figure>
  );
}

/** Outermost first, callees below their callers. */
function framesOf(top: ProfileNode): readonly Frame[] {
  const frames: Frame[] = [];
  const add = (node: ProfileNode, left: number, depth: number, before: string): void => {
    const width = top.total === 0 ? 1 : node.total / top.total;
    if (width < LEAST || depth > MOST_DEPTH) return;
    const key = `${before}/${node.name}`;
    frames.push({key, node, left, width, depth});
    let next = left;
    for (const child of node.children) {
      add(child, next, depth + 1, key);
      next += top.total === 0 ? 0 : child.total / top.total;
    }
  };
  add(top, 0, 0, '');
  return frames;
}

function pathTo(from: ProfileNode, to: ProfileNode): readonly ProfileNode[] {
  if (from === to) return [from];
  for (const child of from.children) {
    const path = pathTo(child, to);
    if (path.length > 0) return [from, ...path];
  }
  return [];
}

/** The same function always has the same one. */
function colourOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % COLOURS;
}
