import type {NodeId} from '../../../src/plan/plan.ts';
import type {Palette} from '../palette.ts';
import type {Geometry} from './geometry.ts';
import type {Scene} from './scene.ts';

/** A frame of the timeline. */
export interface Picture {
  readonly context: CanvasRenderingContext2D;
  readonly scene: Scene;
  readonly geometry: Geometry;
  readonly palette: Palette;
  readonly selected: NodeId | undefined;
  /** The chosen task, what it waits for, and what waits for it: from one to the other. */
  readonly edges: readonly (readonly [NodeId, NodeId])[];
}
