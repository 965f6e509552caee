import type {Brand} from '../base/brand.ts';
import type {Origin} from '../base/source.ts';

export type NodeId = Brand<string, 'NodeId'>;

/** task: a phase in a workspace. group: nothing to execute, joins edges. step, job: of clean-room tests and of CI workflows. */
export type NodeKind = 'task' | 'group' | 'step' | 'job';

/** needs: a result flows. after: a hook follows its phase. order: written one behind the other; gives way in a cycle. */
export type EdgeKind = 'needs' | 'after' | 'order';

/** What should happen: plain data, the same for a pipeline, a test file and a CI workflow. Acyclic. */
export interface Plan {
  readonly nodes: readonly PlanNode[];
  readonly edges: readonly PlanEdge[];
  readonly pools: readonly Pool[];
}

export interface PlanNode {
  readonly id: NodeId;
  readonly kind: NodeKind;
  readonly parent?: NodeId;
  /** Units of each named pool that it holds while it runs. */
  readonly takes: Readonly<Record<string, number>>;
  readonly origin: Origin;
  /** Carried out when everything else has ended; absent for most. */
  readonly final?: FinalStage;
}

/** after_all: whatever happened. on_error, on_success: then only. */
export type FinalStage = 'after_all' | 'on_error' | 'on_success';

/** `to` starts when `from` is done. */
export interface PlanEdge {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: EdgeKind;
  /** Where it was written. */
  readonly origin?: Origin;
}

export interface Pool {
  readonly name: string;
  readonly capacity: number | 'unbounded';
}
