import type {Palette} from '../palette.ts';
import {PARTS} from '../words.ts';
import type {Scene} from './scene.ts';

/** Arrows that may be too many to draw at once. */
const MANY = 40;

/** What the colours mean; only those that are there. */
export function Legend({scene}: {readonly scene: Scene}) {
  const kinds = new Set(scene.bars.flatMap(({parts}) => parts.map(({kind}) => kind)));
  const items: {readonly name: string; readonly colour: keyof Palette; readonly shape?: string}[] = [];
  for (const [kind, part] of Object.entries(PARTS))
    if (kinds.has(kind as keyof typeof PARTS) && part !== undefined) items.push(part);
  if (scene.bars.length > 0) items.push({name: 'rest of the task', colour: 'rest'});
  if (scene.bars.some(({free, start}) => start - free >= 1))
    items.push({name: 'waiting for a slot', colour: 'wait', shape: 'line'});
  if (scene.bars.some(({ready}) => ready !== undefined))
    items.push({name: 'ready: serves others from then on', colour: 'good', shape: 'upright'});
  if (scene.bars.some(({isCritical}) => isCritical))
    items.push({
      name: scene.links.length > MANY ? 'critical path; from closer on, with arrows' : 'critical path',
      colour: 'critical',
      shape: 'line',
    });
  if (scene.bars.some(({parts}) => parts.some(({ok}) => !ok)))
    items.push({name: 'a command that failed', colour: 'bad', shape: 'line'});
  if (scene.bars.some(({status}) => status === 'failed')) items.push({name: 'failed', colour: 'bad', shape: 'outline'});
  if (scene.bars.some(({isImpossible}) => isImpossible))
    items.push({name: '⚠ impossible times: length not known', colour: 'bad', shape: 'none'});
  if (scene.marks.length > 0) items.push({name: '◇ did not run', colour: 'dim', shape: 'none'});
  return (
    <ul class="legend" aria-label="Legend">
      {items.map(({name, colour, shape = 'box'}) => (
        <li key={name}>
          {shape !== 'none' && <span class={`swatch ${shape}`} style={{'--swatch': `var(--${colour})`}} />}
          {name}
        </li>
      ))}
    </ul>
  );
}
