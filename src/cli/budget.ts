import {type Budget, NO_BUDGET} from '../insight/budget.ts';
import type {Project} from '../project/project.ts';

/** What a project sets itself, with what counts where it says nothing. */
export function budgetOf({budget}: Project): Budget {
  return {...NO_BUDGET, ...budget};
}
