import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import type {NodeId} from '../../src/plan/plan.ts';

/** Opens a task beside the page. */
export const Choice = createContext<(task: NodeId) => void>(() => {});

export function useChoice(): (task: NodeId) => void {
  return useContext(Choice);
}
